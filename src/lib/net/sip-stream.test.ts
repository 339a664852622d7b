import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SipStream } from './sip-stream.ts';

const MESSAGE = 'OPTIONS sip:a@example.com SIP/2.0\r\nContent-Length: 2\r\n\r\nhi';
const UPGRADE = 'GET /ws HTTP/1.1\r\nHost: example.com\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n';
const UPGRADED = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n';
const FRAME = String.fromCharCode(0x81, MESSAGE.length) + MESSAGE;
const GAP = Symbol('gap');

function read(...pieces: readonly (string | typeof GAP)[]): string[] {
  const taken: string[] = [];
  const stream = new SipStream((message, transport) => taken.push(`${transport} ${message.toString('latin1')}`));
  for (const piece of pieces) {
    if (piece === GAP) stream.gap();
    else stream.data(Buffer.from(piece, 'latin1'));
  }
  return taken;
}

const TCP = `tcp ${MESSAGE}`;
const WS = `ws ${MESSAGE}`;

describe('SipStream', () => {
  it('reads SIP', () => {
    assert.deepEqual(read(MESSAGE + MESSAGE), [TCP, TCP]);
    assert.deepEqual(read(MESSAGE.slice(0, 40), MESSAGE.slice(40)), [TCP]);
    assert.deepEqual(read('\r\n\r\n', MESSAGE, '\r\n\r\n'), [TCP]);
  });

  it('begins where a message does', () => {
    assert.deepEqual(read(MESSAGE.slice(40), MESSAGE), [TCP]);
  });

  it('begins anew behind a gap, and behind what breaks a stream', () => {
    assert.deepEqual(read(MESSAGE.slice(0, 40), GAP, 'rest of something', MESSAGE), [TCP]);
    const broken = 'OPTIONS sip:a SIP/2.0\r\nContent-Length: x\r\n\r\n';
    assert.deepEqual(read(broken, MESSAGE), [`tcp ${broken}`, TCP]);
  });

  it('reads SIP over WebSocket, of either side', () => {
    assert.deepEqual(read(UPGRADE, FRAME, FRAME), [WS, WS]);
    assert.deepEqual(read(UPGRADED + FRAME), [WS]);
    assert.deepEqual(read(UPGRADE.slice(0, 30), UPGRADE.slice(30) + FRAME.slice(0, 5), FRAME.slice(5)), [WS]);
  });

  it('leaves other protocols alone', () => {
    assert.deepEqual(read('GET / HTTP/1.1\r\nHost: a\r\n\r\n', FRAME), []);
    assert.deepEqual(read(`GET / HTTP/1.1\r\n${'x'.repeat(20_000)}`, '\r\n\r\n', FRAME), []);
    assert.deepEqual(read('\x16\x03\x01 sip:', 'EHLO sip: example'), []);
  });

  it('never throws', () => {
    const piece = fc.oneof(fc.constantFrom(MESSAGE, UPGRADE, UPGRADED, FRAME), fc.string({ unit: 'binary' }));
    fc.assert(fc.property(fc.array(piece), (pieces) => void read(...pieces)));
  });
});
