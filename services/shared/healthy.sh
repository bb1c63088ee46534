#!/usr/bin/env bash
# Health check of a service: asks it, on this machine's loopback, whether it does its work. Exit 0: yes, 1: no.
# Plain bash, because starting Node for each probe would cost more than the probe: healthy.sh [path, default /healthz]
exec 3<>"/dev/tcp/127.0.0.1/${PORT:?the port of the service}" || exit 1
printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "${1:-/healthz}" >&3
read -r -t 2 status <&3
[[ $status == *' 200 '* ]]
