// The recipe of CONTRIBUTING.md, followed for a role `watermark` between resize and caption: one edit for each place that it names.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Changes what is at a place of a copy of the project. `root`: the copy. */
type Edit = (root: string, place: string) => void;

/** Puts another text in the place of one that has to be there. */
const replace =
  (...pairs: readonly (readonly [before: string, after: string])[]): Edit =>
  (root, place) => {
    const file = join(root, place);
    let text = readFileSync(file, 'utf8');
    for (const [before, after] of pairs) {
      assert.ok(text.includes(before), `${place} has no ${JSON.stringify(before)}`);
      text = text.replace(before, () => after);
    }
    writeFileSync(file, text);
  };

const before = (line: string, text: string): Edit => replace([line, `${text}${line}`]);

const SOURCE = new URL('.', import.meta.url);

/** The sources beside this file, which stand in another folder here. */
const sources: Edit = (root, place) => {
  mkdirSync(join(root, place));
  for (const file of ['main.ts', 'watermark-image.ts']) {
    const text = readFileSync(new URL(file, SOURCE), 'utf8').replaceAll('../../../services/shared/', '../shared/');
    writeFileSync(join(root, place, file), text);
  }
};

const COMPOSE = `  watermark: # CPU-limited, and quick
    <<: *service
    command: [node, services/watermark/main.ts]
    develop: { watch: [{ action: restart, path: services/watermark }, *shared] }
    environment:
      HOST: 0.0.0.0
      PORT: 9464
      AMQP_URL: *amqp
      WATERMARK_PREFETCH:
      UNSAFE_MESSAGING:
      LOG_LEVEL:
    cpus: 0.5
    depends_on: *broker

`;

const GUV = `watermark:
  queue: watermark.IN
  processing: 0.05
  concurrency: 2
  maximum: 3
  deadline: 2

`;

const ROW =
  '| `watermark/` | `watermark` (WatermarkImage) | marks the thumbnail: CPU-limited | `watermark.IN` | `watermark.OUT` | `watermark-image.ts` |\n';

/** By the place as the recipe names it, with the role's name in it. */
export const edits: Readonly<Record<string, Edit>> = {
  'services/watermark/': sources,
  'services/shared/messages.ts': replace([
    '//   resize OUT     -> caption IN     ResizedImage\n',
    '//   resize OUT     -> watermark IN   ResizedImage\n//   watermark OUT  -> caption IN     ResizedImage\n',
  ]),
  'package.json': before(
    '      "CaptionImage": {',
    '      "WatermarkImage": {\n        "run": "services/watermark/main.ts",\n        "description": "Marks a picture: limited by the CPU"\n      },\n',
  ),
  'service.fbp': replace(
    [
      'resize OUT -> IN caption(CaptionImage)',
      'resize OUT -> IN watermark(WatermarkImage)\nwatermark OUT -> IN caption(CaptionImage)',
    ],
    ['caption ERROR -> IN store\n', 'caption ERROR -> IN store\nwatermark ERROR -> IN store\n'],
    ['web CANCEL -> CANCEL caption\n', 'web CANCEL -> CANCEL caption\nweb CANCEL -> CANCEL watermark\n'],
  ),
  'docker-compose.yml': before('  store: # limited by the database\n', COMPOSE),
  '.env.example': before('CAPTION_PREFETCH=', 'WATERMARK_PREFETCH=2\n'),
  'guv.yaml': before('store: #', GUV),
  'services/frontend/admission/gate.ts': replace(["['resize', 'caption'", "['resize', 'watermark', 'caption'"]),
  'services/README.md': before('| [`store/`](store/)', ROW),
  'workshop/drawings/': (root) => {
    execFileSync(process.execPath, ['scripts/workshop/drawings/main.ts'], { cwd: root });
  },
};
