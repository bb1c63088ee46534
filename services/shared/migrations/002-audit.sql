-- What an audit of the ledger needs to know: how often a result came, how often it had an effect, and which jobs go ahead.

ALTER TABLE jobs ADD COLUMN urgent boolean NOT NULL DEFAULT false;

ALTER TABLE items
  ADD COLUMN deliveries integer NOT NULL DEFAULT 0,  -- how often its result came to a store
  ADD COLUMN effects integer NOT NULL DEFAULT 0,     -- how often it became final: more than once would be a duplicate effect
  ADD COLUMN redelivered boolean NOT NULL            -- a message of it had been handed out before, to somebody who did not answer
    GENERATED ALWAYS AS (steps @? '$[*] ? (@.redelivered == true)') STORED;

-- Items from before are taken to have come once, where their message came out at the end.
UPDATE items SET
  deliveries = CASE WHEN settled_at IS NULL THEN 0 ELSE 1 END,
  effects = CASE WHEN state = 'queued' THEN 0 ELSE 1 END
WHERE state <> 'queued';

-- Counted here, and not by the statements that write results: a count that trusts what it watches could not find it wrong.
CREATE FUNCTION count_effect() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.effects := OLD.effects + 1;
  RETURN NEW;
END
$$;

CREATE TRIGGER items_count_effects BEFORE UPDATE OF state ON items
  FOR EACH ROW WHEN (NEW.state <> 'queued') EXECUTE FUNCTION count_effect();

-- The few that an audit looks at one by one. An item whose way was straight is never in it.
CREATE INDEX items_off_the_straight_way ON items (job)
  WHERE redelivered OR attempts > 1 OR deliveries > 1 OR effects > 1;
