// node:test's own report, and before its summary one line that says which tests needed something that is not here.
import { relative } from 'node:path';
import { spec } from 'node:test/reporters';

interface TestEvent {
  type: string;
  data: { skip?: string | boolean; name?: string; file?: string; nesting?: number; message?: string };
}

/** `context.skip('needs Docker')`: what is missing is what follows `needs`. */
const NEEDS = /^needs (.*)$/;

function isSummary({ type, data }: TestEvent): boolean {
  return type === 'test:diagnostic' && data.nesting === 0 && /^tests \d+$/.test(data.message ?? '');
}

export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const own = new spec();
  /** What is missing, and the tests that needed it. */
  const missing = new Map<string, string[]>();
  for await (const event of events) {
    const { skip, name = '', file = '' } = event.data ?? {};
    const needs = event.type === 'test:pass' && typeof skip === 'string' ? NEEDS.exec(skip)?.[1] : undefined;
    if (needs !== undefined) {
      missing.set(needs, [...(missing.get(needs) ?? []), `${relative(process.cwd(), file)}: ${name}`]);
    }
    if (isSummary(event)) {
      for (const [what, tests] of missing)
        yield `not run, for they need ${what}: ${tests.length} (${tests.join('; ')})\n`;
    }
    own.write(event);
    yield String(own.read() ?? '');
  }
  own.end();
  yield String(own.read() ?? '');
}
