// The scaler as a process: looks at queues and replicas, decides how many there should be, says why, and in mode act asks the platform for
// them. With --once: one decision for each role as a line of JSON, exit code 1 where a role could not be observed.
import { ConfigError, readConfig } from '../shared/config.ts';
import { type Health, listen } from '../shared/http.ts';
import { runService } from '../shared/lifecycle.ts';
import { createLog } from '../shared/log.ts';
import { createMetrics } from '../shared/metrics.ts';
import { httpApi } from './http/http-api.ts';
import { createScalerMetrics, type ScalerMetrics } from './metrics.ts';
import { decideOnce } from './once.ts';
import { createScaler, type Scaler, SETTINGS } from './scaler.ts';

function healthOf({ governor }: Scaler): Health {
  const { broker, platform, config, mode, roles } = governor.status();
  if (roles.length === 0) return { ok: false, reason: config.problem?.join('; ') ?? 'starting' };
  if (!broker.ok) return { ok: false, reason: broker.problem };
  if (!platform.ok) return { ok: false, reason: platform.problem };
  return { ok: true, detail: { mode, roles: roles.length, ...(config.ok ? {} : { config: config.problem }) } };
}

function serve(): void {
  runService('scaler', async (life) => {
    const config = readConfig(SETTINGS);
    const { log, replica } = life;
    const { registry } = createMetrics({ role: 'scaler', replica });
    let metrics: ScalerMetrics | undefined;
    const scaler = createScaler(config, log, (decision, done) => metrics?.scaled(decision, done));
    metrics = createScalerMetrics(registry, () => scaler.governor);
    scaler.governor.decisions.listen((decision) => metrics?.decided(decision));
    life.onStop('the governor', () => scaler.close());
    await scaler.governor.start(); // before, nobody could be told of any role
    const { governor, events } = scaler;
    const health = () => healthOf(scaler);
    const page = await listen(
      httpApi({ governor, events: events.ring, token: config.token, health, metrics: registry, log }),
      config,
    );
    life.onStop('the HTTP interface', () => page.close());
    log.info({ host: config.host, port: page.port, guv: config.guv }, 'listening');
  });
}

async function once(): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const config = readConfig(SETTINGS);
    const eventsFile = config.eventsFile === '-' ? '' : config.eventsFile; // standard output has the decisions
    const scaler = createScaler({ ...config, eventsFile }, createLog('scaler', 'once', 'silent'));
    process.exitCode = await decideOnce(scaler, { out: (line) => process.stdout.write(`${line}\n`), err: say });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) say(`scaler: ${problem}`);
    process.exitCode = 2;
  }
}

const [argument, ...others] = process.argv.slice(2);
if (argument === undefined) serve();
else if (argument === '--once' && others.length === 0) await once();
else {
  process.stderr.write(`scaler: expected nothing or --once, got ${[argument, ...others].join(' ')}\n`);
  process.exitCode = 2;
}
