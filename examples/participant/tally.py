#!/usr/bin/env python3
"""A participant that announces itself, in Python with pika alone: counts what passes, and sends the tally on OUT.

    python3 tally.py amqp://lab:lab@localhost:5672 [role]

All that a program owes the lab stands in this file: declare, announce, consume, publish, acknowledge, end in order.
It does not reconnect: where the broker goes away it ends with one line and exit code 1, and is to be started again.
"""
import json
import os
import signal
import sys
import time
import uuid

import pika

# Seconds. The coordinator calls silent whom it has neither heard nor seen for more than two of these.
ANNOUNCE_EVERY = float(os.environ.get("MSGFLO_DISCOVERY_PERIOD") or 60) / 2.2
# A fixed list: words out of messages would let the tally grow without end.
ORIENTATIONS = ("landscape", "portrait", "square")


def count(tally, message):
    """Adds a message to the tally. Without a caption it counts as an item of no words and another orientation."""
    caption = message["caption"] if isinstance(message.get("caption"), dict) else {}
    orientation = caption["orientation"] if caption.get("orientation") in ORIENTATIONS else "other"
    tally["items"] += 1
    tally["words"] += len(str(caption.get("text") or "").split())
    tally["orientations"][orientation] = tally["orientations"].get(orientation, 0) + 1


def take(channel, method, body, out_exchange, tally):
    """Counts one message, says so on OUT, and only then acknowledges it."""
    try:
        message = json.loads(body)
        count(tally, message)
    except (ValueError, AttributeError, RecursionError) as error:  # no JSON, no object, or nested without end
        print(f"to the dead letters: {error!r}", file=sys.stderr, flush=True)
        return channel.basic_reject(method.delivery_tag, requeue=False)  # requeued, it comes back for ever
    print(f"item {tally['items']}: {tally['words']} words by now, {json.dumps(tally['orientations'])}", flush=True)
    # Which item it was goes along: ids stand in the data. Not mandatory: OUT may lead nowhere, and that is fine here.
    answer = json.dumps({"item": message.get("item"), "job": message.get("job"), **tally}).encode()
    channel.basic_publish(out_exchange, "", answer, pika.BasicProperties("application/json", delivery_mode=2))
    channel.basic_ack(method.delivery_tag)  # last: acked before, it is lost with a program that dies in between


def run(url, role):
    me, in_queue, out_exchange = f"{role}-{uuid.uuid4()}", f"{role}.IN", f"{role}.OUT"
    parameters = pika.URLParameters(url)
    # Named as its announcement: so the coordinator knows whose connection it is, and sees within 2 s that it is gone.
    parameters.client_properties = {"connection_name": me}
    connection = pika.BlockingConnection(parameters)
    channel = connection.channel()
    # An in-port is a queue, and an exchange of its name that leads to it; an out-port is an exchange. No other
    # arguments than these: the broker refuses whoever declares the same queue in another way.
    channel.queue_declare(in_queue, durable=True, arguments={"x-dead-letter-exchange": f"dead-{in_queue}"})
    channel.exchange_declare(in_queue, exchange_type="fanout", durable=True)
    channel.queue_bind(in_queue, in_queue, routing_key="")
    channel.exchange_declare(out_exchange, exchange_type="fanout", durable=True)
    channel.queue_declare("fbp", durable=True)  # for announcements, which vanish where it is not there
    channel.basic_qos(prefetch_count=10)  # at most so many in hand, not yet acked: the others are for other copies
    channel.confirm_delivery()  # from here on basic_publish returns when the broker has the message

    inports = [{"id": "in", "type": "object", "queue": in_queue, "description": "items, best with a caption"}]
    outports = [{"id": "out", "type": "object", "queue": out_exchange, "description": "the tally after each item"}]
    who = {"id": me, "role": role, "component": "Tally", "label": "Counts words and orientations", "icon": "calculator"}
    payload = {**who, "inports": inports, "outports": outports}
    announcement = json.dumps({"protocol": "discovery", "command": "participant", "payload": payload}).encode()
    stopping = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: stopping.append(signal.signal(number, signal.SIG_DFL)))
    tally, announce_at = {"by": me, "items": 0, "words": 0, "orientations": {}}, 0
    print(f"{me} takes from {in_queue}", flush=True)
    # A loop, and no callbacks: pika calls those of timers and signals only when no message waits, under load never.
    for method, _properties, body in channel.consume(in_queue, inactivity_timeout=0.5):
        if time.monotonic() >= announce_at:
            announce_at = time.monotonic() + ANNOUNCE_EVERY
            channel.basic_publish("", "fbp", announcement)
        if method is not None:
            take(channel, method, body, out_exchange, tally)
        if stopping:
            channel.cancel()  # what it had not begun goes back to the queue
            return connection.close()
    sys.exit(f"tally.py: the queue {in_queue} was deleted")


if __name__ == "__main__":
    url, role = (sys.argv[1:] + [None, None])[:2]
    try:
        run(url or os.environ.get("AMQP_URL", "amqp://lab:lab@localhost:5672"), role or "tally")
    except pika.exceptions.AMQPError as failure:  # what was not acked goes back to the queue
        sys.exit(f"tally.py: the broker is away, or has refused something: {failure!r}")
