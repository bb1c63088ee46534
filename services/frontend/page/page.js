// The front end's page: sends jobs and follows one of them live.

/** More thumbnails than this make no better picture, and a slow browser. */
const MOST_PICTURES = 120;
const LIST_EVERY_MS = 3_000;

const find = (id) => document.getElementById(id);

/** An element with attributes (or properties) and children; text is always text. */
function make(tag, attributes = {}, ...children) {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...children);
  return element;
}

const inSeconds = (value) => (value === null ? '–' : `${value.toFixed(value < 10 ? 2 : 1)} s`);

/** The answer's JSON. Throws an Error that says what the problem details say. */
async function ask(path, options) {
  const response = await fetch(path, options);
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail ?? `The front end answered ${response.status}.`);
  return body;
}

function showProblem(error) {
  find('problem').textContent = error.message;
  find('problem').hidden = false;
}

/** The job on show: its id, its size, the events that come in, and what they said so far. */
let shown;

function showNumbers() {
  const { counts, total, startedAt, seconds, met, expected } = shown;
  const finished = counts.done + counts.failed + counts.cancelled;
  find('progress').value = finished / total;
  const took = seconds ?? (Date.now() - startedAt) / 1000;
  const numbers = [
    [`of ${total}`, finished],
    ['failed', counts.failed],
    ['cancelled', counts.cancelled],
    ['since it was sent', inSeconds(took)],
    ...(expected === undefined ? [] : [['expected', inSeconds(expected)]]),
    ['images a second', finished === 0 ? '–' : (finished / took).toFixed(1)],
    ['deadline', met === undefined ? '–' : met === null ? 'open' : met ? 'met' : 'missed'],
  ];
  find('numbers').replaceChildren(
    ...numbers.map(([name, value]) =>
      make('div', {}, make('dt', { textContent: name }), make('dd', { textContent: value })),
    ),
  );
}

function showState(state) {
  find('state').textContent = state;
  find('state').className = `state ${state}`;
  find('cancel').hidden = state === 'done' || state === 'cancelled';
}

/** How long it took, and how much of that it lay in queues. */
function times({ total_seconds, steps }) {
  const waiting = steps.reduce((sum, step) => sum + (step.waiting_seconds ?? 0), 0);
  return steps.length === 0
    ? inSeconds(total_seconds)
    : `${inSeconds(total_seconds)}, ${inSeconds(waiting)} of it waiting`;
}

function picture(item) {
  const words = item.caption?.text ?? item.error?.reason ?? item.state;
  const steps = item.timings.steps.map(
    ({ role, replica, waiting_seconds, working_seconds }) =>
      `${role}: ${inSeconds(waiting_seconds)} waiting, ${inSeconds(working_seconds)} working (${replica})`,
  );
  return make(
    'li',
    { title: [item.request.source, ...steps].join('\n') },
    ...(item.links.result ? [make('img', { src: item.links.result, alt: words, loading: 'lazy' })] : []),
    make('p', { className: item.state === 'done' ? '' : item.state, textContent: words }),
    make('p', { className: 'times', textContent: times(item.timings) }),
  );
}

function follow(job) {
  shown?.events.close();
  const { id } = job;
  const events = new EventSource(`/jobs/${id}/events`);
  shown = {
    id,
    events,
    total: job.counts.total,
    counts: { done: 0, failed: 0, cancelled: 0 },
    startedAt: Date.parse(job.created_at),
    seconds: undefined,
    met: job.deadline?.met,
    expected: job.expected_seconds,
  };
  find('job').hidden = false;
  find('job-title').textContent = id;
  find('job-link').href = job.links.self;
  find('pictures').replaceChildren();
  showState(job.state);
  showNumbers();
  events.addEventListener('item', (event) => {
    const item = JSON.parse(event.data);
    shown.counts[item.state] += 1;
    showState('running');
    showNumbers();
    find('pictures').prepend(picture(item));
    if (find('pictures').childElementCount > MOST_PICTURES) find('pictures').lastElementChild.remove();
  });
  events.addEventListener('done', (event) => {
    events.close();
    const done = JSON.parse(event.data);
    shown.seconds = done.total_seconds;
    shown.met = done.deadline?.met;
    showState(done.state);
    showNumbers();
    void showRecent();
  });
}

async function showRecent() {
  const { jobs } = await ask('/jobs?limit=8');
  const rows = jobs.map((job) =>
    make(
      'tr',
      {},
      make(
        'td',
        {},
        make('button', {
          type: 'button',
          textContent: `…${job.id.slice(-8)}`,
          title: `Show job ${job.id}`,
          onclick: () => follow(job),
        }),
      ),
      make('td', { className: job.state, textContent: job.mode === 'sync' ? `${job.state} (sync)` : job.state }),
      make('td', { className: 'n', textContent: `${job.counts.total - job.counts.queued}/${job.counts.total}` }),
      make('td', { className: 'n', textContent: job.counts.failed }),
      make('td', { className: 'n', textContent: inSeconds(job.total_seconds) }),
      make('td', { textContent: new Date(job.created_at).toLocaleTimeString() }),
    ),
  );
  find('recent').replaceChildren(...rows);
}

async function send(form) {
  const given = new FormData(form);
  const sources = given.getAll('sample').map((name) => `sample:${name}`);
  if (sources.length === 0) throw new Error('Choose at least one sample.');
  const image = {
    width: Number(given.get('width')),
    height: Number(given.get('height')),
    fit: given.get('fit'),
    format: given.get('format'),
  };
  const images = Array.from({ length: Number(given.get('count')) }, (_, n) => ({
    source: sources[n % sources.length],
    ...image,
  }));
  const deadline = given.get('deadline');
  const body = {
    images,
    ...(deadline && { deadline_seconds: Number(deadline) }),
    ...(given.has('urgent') && { urgent: true }),
  };
  follow(
    await ask('/jobs', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
      body: JSON.stringify(body),
    }),
  );
}

find('order').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const button = form.querySelector('[type=submit]');
  find('problem').hidden = true;
  button.disabled = true;
  try {
    await send(form);
    await showRecent();
  } catch (error) {
    showProblem(error);
  } finally {
    button.disabled = false;
  }
});

find('cancel').addEventListener('click', () => {
  ask(`/jobs/${shown.id}`, { method: 'DELETE' }).catch(showProblem);
});

ask('/samples').then(({ samples }) => {
  find('samples').replaceChildren(
    ...samples.map(({ name, width, height }, n) =>
      make(
        'label',
        { title: `${width} × ${height}` },
        make('input', { type: 'checkbox', name: 'sample', value: name, checked: n < 6 }),
        name,
      ),
    ),
  );
}, showProblem);

setInterval(() => {
  if (shown !== undefined && shown.seconds === undefined) showNumbers();
}, 200);

const keepRecent = () => showRecent().catch(() => undefined); // the next look may find the front end again
void keepRecent();
setInterval(keepRecent, LIST_EVERY_MS);
