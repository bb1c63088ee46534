-- The ledger: a life line for every item, from the moment it was accepted.
--
-- jobs and items are written by the front end (accept, cancel) and by store (results). A job's row is the lock for all that is
-- counted or numbered inside the job: whoever finishes items locks it first.

CREATE TABLE jobs (
  id uuid PRIMARY KEY,                          -- v7: sorts by the time it was made
  mode text NOT NULL CHECK (mode IN ('queue', 'sync')),
  idempotency_key text UNIQUE,
  request_hash text NOT NULL,                   -- tells a repeated request from another one under the same key
  total integer NOT NULL CHECK (total > 0),
  done integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  cancelled integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  deadline_at timestamptz,
  published_at timestamptz,                     -- every message was confirmed; null: the outbox still has it
  publish_lease_until timestamptz,              -- someone is publishing it until then
  cancelled_at timestamptz,
  cancel_sent_at timestamptz,                   -- the cancellation was last repeated to the workers
  finished_at timestamptz,
  state text NOT NULL GENERATED ALWAYS AS (
    CASE
      WHEN cancelled_at IS NOT NULL THEN 'cancelled'
      WHEN done + failed + cancelled = total THEN 'done'
      WHEN done + failed + cancelled > 0 THEN 'running'
      ELSE 'queued'
    END
  ) STORED,
  CHECK (done + failed + cancelled <= total)
);

CREATE INDEX jobs_by_state ON jobs (state, id);
CREATE INDEX jobs_unpublished ON jobs (publish_lease_until) WHERE published_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX jobs_cancelled ON jobs (cancelled_at) WHERE cancelled_at IS NOT NULL;

CREATE TABLE items (
  job uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
  index integer NOT NULL CHECK (index >= 0),
  spec jsonb NOT NULL,                          -- source, width, height, fit, format
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'done', 'failed', 'cancelled')),
  rank integer,                                 -- its place among the finished ones of its job: 1, 2, 3, …
  error jsonb,                                  -- code, reason, role
  caption jsonb,
  image jsonb,                                  -- contentType, width, height, bytes (how many), original
  steps jsonb NOT NULL DEFAULT '[]',            -- times at each role, epoch milliseconds
  attempts integer,
  worker text,
  accepted_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  settled_at timestamptz,                       -- its message came out at the end; a cancelled item settles after it is finished
  PRIMARY KEY (job, index),
  CHECK ((state = 'queued') = (rank IS NULL))
);

CREATE UNIQUE INDEX items_by_rank ON items (job, rank) WHERE rank IS NOT NULL;
CREATE INDEX items_cancelled_in_flight ON items (job) WHERE state = 'cancelled' AND settled_at IS NULL;

CREATE TABLE results (
  job uuid NOT NULL,
  index integer NOT NULL,
  content_type text NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (job, index),
  FOREIGN KEY (job, index) REFERENCES items ON DELETE CASCADE
);

-- Pictures are compressed already: trying again would only cost time.
ALTER TABLE results ALTER COLUMN bytes SET STORAGE EXTERNAL;
