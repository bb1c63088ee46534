// A program for tests: supervises the services of a folder's docker-compose.yml until it is ended, or killed.
//
//   node tests/helpers/supervise.ts <folder>
import { openLocalLab } from '../../scripts/local/local-lab.ts';

process.chdir(process.argv[2] ?? '.');
const stop = async (): Promise<void> => {
  await lab.close();
  process.exit(0);
};
const lab = await openLocalLab({
  root: '.',
  env: process.env,
  say: (line) => console.log(line),
  onLog: (replica, line) => console.log(`${replica}: ${line}`),
  onStopAsked: () => void stop(),
});
process.on('SIGTERM', () => void stop());
await lab.supervisor.start();
