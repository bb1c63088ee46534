// Asks whether a Docker engine answers, and for images; by the `docker` command, which knows contexts and remote engines.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** An engine that does not answer within this is as good as none. */
const ANSWER_MS = 10_000;
const PULL_MS = 10 * 60_000;

/** The engine's version, or undefined where none answers. */
export async function engineVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: ANSWER_MS });
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Compose's version (v2 or newer), or undefined where the plugin is not there. */
export async function composeVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await run('docker', ['compose', 'version', '--short'], { timeout: ANSWER_MS });
    return stdout.trim().replace(/^v/, '') || undefined;
  } catch {
    return undefined;
  }
}

/** Whether an image is here, or could be pulled. */
export async function haveImage(image: string): Promise<boolean> {
  try {
    await run('docker', ['image', 'inspect', image], { timeout: ANSWER_MS });
    return true;
  } catch {}
  try {
    await run('docker', ['pull', '--quiet', image], { timeout: PULL_MS });
    return true;
  } catch {
    return false;
  }
}
