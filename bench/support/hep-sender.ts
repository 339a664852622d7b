/**
 * Sends HEP reports at a steady rate: `node hep-sender.ts <udp|tcp> <port> <messages a second> <seconds>`. Phones that
 * register, all different. Prints how many messages it sent, and how long it took, when it is done.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { MIXES } from './hep-traffic.ts';

const [transport = 'udp', port = '0', rate = '0', duration = '0'] = process.argv.slice(2);
const count = Math.round((Number(rate) * Number(duration)) / 4) * 4;
const first = (process.pid % 1000) * 1_000_000;
const packets = Array.from({ length: count / 4 }, (_, n) => MIXES.phones(first + n)).flat();

/** A burst that makes up for a pause of the machine's must not be what loses messages: no more than so many milliseconds of it. */
const CATCH_UP_MS = 5;

const send = transport === 'udp' ? await overUdp() : await overTcp();
const started = performance.now();
let sent = 0;
for (let last = started; sent < count; ) {
  const now = performance.now();
  const due = Math.min(count - sent, Math.round((Math.min(now - last, CATCH_UP_MS) * Number(rate)) / 1000));
  last = now;
  await send(packets.slice(sent, sent + due));
  sent += due;
  if (due === 0) await sleep(0);
}
process.stdout.write(`${JSON.stringify({ sent, seconds: (performance.now() - started) / 1000 })}\n`);
process.exit();

async function overUdp() {
  const socket = createSocket('udp4');
  socket.connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  return (some: readonly Buffer[]) =>
    new Promise<void>((resolve) => {
      let left = some.length;
      if (left === 0) resolve();
      for (const packet of some) {
        socket.send(packet, () => {
          left--;
          if (left === 0) resolve();
        });
      }
    });
}

async function overTcp() {
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  return (some: readonly Buffer[]) =>
    new Promise<void>((resolve) => socket.write(Buffer.concat(some), () => resolve()));
}
