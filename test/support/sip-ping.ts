/**
 * Sends one OPTIONS over UDP and says on stdout whether an answer came within the time: `answered` or `silent`.
 * A program of its own, so that it can run in another network namespace: node sip-ping.ts HOST PORT [MS] [COUNT]
 */
import { createSocket } from 'node:dgram';

const [host = '127.0.0.1', port = '5060', ms = '700', count = '1'] = process.argv.slice(2);
const socket = createSocket('udp4');
const finish = (word: string) => {
  process.stdout.write(`${word}\n`);
  socket.close();
  clearTimeout(timer);
};
const timer = setTimeout(() => finish('silent'), Number(ms));
socket.once('message', () => finish('answered'));
for (let i = 0; i < Number(count); i++) {
  const id = `${process.pid}-${Date.now()}-${i}`;
  socket.send(
    [
      `OPTIONS sip:${host} SIP/2.0`,
      `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK${id};rport`,
      'Max-Forwards: 70',
      `From: <sip:ping@${host}>;tag=${id}`,
      `To: <sip:${host}>`,
      `Call-ID: ${id}@ping`,
      'CSeq: 1 OPTIONS',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
    Number(port),
    host,
  );
}
