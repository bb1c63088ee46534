// The scaler's parts put together, from what its environment says.
import { type ConfigOf, choice, text, url, wholeNumber } from '../shared/config.ts';
import type { Log } from '../shared/log.ts';
import { managementApi, managementUrlFor, vhostOf } from '../shared/messaging/management.ts';
import { openConfigFile } from './config-file.ts';
import type { Decision } from './deciding/types.ts';
import { createEvents, type Events } from './events.ts';
import { createGovernor, type Governor } from './governor.ts';
import { createObserver } from './observing/observer.ts';
import { createPlatformClient, type ReplicasSet } from './observing/platform-client.ts';
import { policies } from './policies/policies.ts';
import { createState, MODES } from './state.ts';

export const SETTINGS = {
  amqpUrl: url('AMQP_URL', ['amqp', 'amqps']),
  managementUrl: url('MANAGEMENT_URL', ['http', 'https'], { fallback: '' }),
  platformUrl: url('PLATFORM_URL', ['http', 'https']),
  token: text('LAB_TOKEN', { fallback: '', secret: true }),
  guv: text('GUV', { fallback: 'guv.yaml' }),
  policies: text('POLICIES', { fallback: 'policies' }),
  mode: choice('SCALER_MODE', MODES, { fallback: 'off' }),
  eventsFile: text('EVENTS_FILE', { fallback: '' }),
  host: text('HOST', { fallback: '127.0.0.1' }),
  port: wholeNumber('PORT', { fallback: 3570, min: 0, max: 65_535 }),
};
export type ScalerConfig = ConfigOf<typeof SETTINGS>;

export interface Scaler {
  governor: Governor;
  events: Events;
  close(): Promise<void>;
}

const now = (): number => Date.now() / 1_000;

export function createScaler(
  config: ScalerConfig,
  log: Log,
  onScaled: (decision: Decision, done: ReplicasSet) => void = () => {},
): Scaler {
  const { amqpUrl, token } = config;
  const managementUrl = managementUrlFor(amqpUrl, config.managementUrl || undefined);
  if (token === '') log.warn('LAB_TOKEN is not set: nobody may change anything here, and the platform will refuse us');
  const events = createEvents({ ...(config.eventsFile !== '' && { file: config.eventsFile }), log, now });
  const platform = createPlatformClient({ url: config.platformUrl, token });
  const observer = createObserver({
    managementUrl,
    amqpUrl,
    platform,
    log,
    measured(role) {
      const { service, serviceSpread } = governor.role(role)?.status().measured ?? {};
      return service === undefined || serviceSpread === undefined ? undefined : { service, serviceSpread };
    },
  });
  const governor: Governor = createGovernor({
    config: openConfigFile(config.guv, {
      now,
      onProblem(problems) {
        log.error({ problems }, 'the configuration is not applied: what was right before stays in force');
        for (const error of problems) events.emit('GuvError', { source: 'config', error });
      },
    }),
    observer,
    platform,
    state: createState(managementApi(managementUrl), vhostOf(amqpUrl), log),
    defaultMode: config.mode,
    policies,
    policiesFolder: config.policies,
    events,
    log,
    now,
    onScaled,
  });
  return {
    governor,
    events,
    async close() {
      await governor.stop();
      await events.close();
    },
  };
}
