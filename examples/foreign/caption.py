#!/usr/bin/env python3
"""The role `caption` in Python with pika alone: takes a message, answers with a message, and loses none.

    python3 caption.py amqp://lab:lab@localhost:5672 [role]

A message is acked only after the broker has confirmed the answer. Declarations are those of MsgFlo's wire contract, so whoever
comes first makes the queue, and it may be shared with participants in other languages.
"""
import json
import os
import signal
import sys

import pika

# What the lab carries beside the data: kept, so that the item's times and trace go on. A program may leave them out.
CARRIED = ("x-item", "x-job", "x-steps", "traceparent")


def caption(message):
    """The data of caption OUT: what came in, with a caption."""
    width, height = message["image"]["width"], message["image"]["height"]
    orientation = "square" if width == height else "landscape" if width > height else "portrait"
    text = f"A picture of {width} x {height} pixels, described by Python"
    return {**message, "caption": {"text": text, "colours": [], "brightness": 0.5, "orientation": orientation}}


def main(url, role):
    in_queue, out_exchange = f"{role}.IN", f"{role}.OUT"
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    # No other argument than this one: the broker refuses whoever declares the same queue in another way.
    channel.queue_declare(in_queue, durable=True, arguments={"x-dead-letter-exchange": f"dead-{in_queue}"})
    channel.exchange_declare(in_queue, exchange_type="fanout", durable=True)
    channel.queue_bind(in_queue, in_queue, routing_key="")
    channel.exchange_declare(out_exchange, exchange_type="fanout", durable=True)
    channel.basic_qos(prefetch_count=10)
    channel.confirm_delivery()  # from here on basic_publish waits for the broker, and raises where nobody would get it

    def take(method, properties, body):
        try:
            answer = caption(json.loads(body))
        except (ValueError, KeyError, TypeError) as error:
            print(f"to the dead letters: {error!r}", file=sys.stderr, flush=True)
            channel.basic_reject(method.delivery_tag, requeue=False)
            return
        given = properties.headers or {}
        headers = {name: given[name] for name in CARRIED if name in given}
        sent = pika.BasicProperties(content_type="application/json", delivery_mode=2, headers=headers)
        channel.basic_publish(out_exchange, "", json.dumps(answer).encode(), sent, mandatory=True)
        channel.basic_ack(method.delivery_tag)

    # Between two messages: what is in hand is finished first. A loop, and no callback: pika calls those of signals only when no
    # message waits, under load never.
    stopping = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: stopping.append(number))
    print(f"consuming {in_queue}", flush=True)
    for method, properties, body in channel.consume(in_queue, inactivity_timeout=0.5):
        if method is not None:
            take(method, properties, body)
        if stopping:
            break
    channel.cancel()
    connection.close()


if __name__ == "__main__":
    arguments = dict(enumerate(sys.argv))
    main(arguments.get(1) or os.environ.get("AMQP_URL", "amqp://lab:lab@localhost:5672"), arguments.get(2, "caption"))
