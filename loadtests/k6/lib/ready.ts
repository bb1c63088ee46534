// Before anything is sent: is there a service, and can it take work?
import http from 'k6/http';
import { BASE_URL } from './settings.ts';

/** What a script exports as `setup`. Ends the run with a sentence where there is nothing to send to. */
export function ready(): void {
  const answer = http.get(`${BASE_URL}/readyz`, { timeout: '5s', tags: { name: 'GET /readyz' } });
  if (answer.status === 200) return;
  const said = answer.status === 0 ? `does not answer (${answer.error})` : `is not ready (${answer.status})`;
  throw new Error(`the front end at ${BASE_URL} ${said}; ./lab up starts the lab, BASE_URL says where it is`);
}
