import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { dropsIn, udpDrops } from './udp-drops.ts';

const TABLE = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  100: 0100007F:2364 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0000000000000000 17
  101: 00000000:2364 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0000000000000000 4
  102: 0100007F:13C4 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0000000000000000 9
`;

describe('dropsIn', () => {
  it('sums the sockets of the ports asked for', () => {
    assert.deepEqual(
      [[9060], [5060], [9060, 5060], [1]].map((ports) => dropsIn(TABLE, ports)),
      [21, 9, 30, 0],
    );
  });

  it('says 0 of what is no such table', () => assert.equal(dropsIn('', [9060]), 0));
});

describe('udpDrops', () => {
  it('counts what the kernel dropped', { skip: !existsSync('/proc/net/udp') && 'no /proc/net/udp' }, async () => {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4096 });
    const sender = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    assert.equal(udpDrops([port]), 0);
    // Sent and received in one process: nothing is read before the loop turns, so most of these find no room.
    const sent = Array.from({ length: 200 }, () => {
      return new Promise((resolve) => sender.send(Buffer.alloc(1000), port, '127.0.0.1', resolve));
    });
    await Promise.all(sent);
    assert.ok(udpDrops([port]) > 0);
    sender.close();
    socket.close();
  });
});
