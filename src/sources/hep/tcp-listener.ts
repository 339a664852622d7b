import type { Endpoint } from '../../lib/config-values.ts';
import { HepFramer } from '../../lib/hep/hep-framer.ts';
import type { Listener, Peer } from '../listener.ts';
import { openTcpServer } from '../tcp-server.ts';

export interface TcpListenerOptions {
  readonly endpoint: Endpoint;
  readonly maxConnections: number;
  /** Called for each report. False ends the connection: this peer has no business here. */
  readonly onReport: (bytes: Buffer, peer: Peer) => boolean;
  readonly onFault: (error: Error) => void;
}

/** Agents keep their connection open; one that says nothing for so long is gone. */
const IDLE_MS = 3_600_000;

/** Opens a TCP socket for capture agents. Nothing is ever sent back. */
export function listenTcp({ endpoint, maxConnections, onReport, onFault }: TcpListenerOptions): Promise<Listener> {
  return openTcpServer({
    endpoint,
    maxConnections,
    onFault,
    serve: (socket, peer) => {
      socket.setTimeout(IDLE_MS, () => socket.destroy());
      const framer = new HepFramer();
      socket.on('data', (chunk: Buffer) => {
        const welcome = framer.push(chunk).every((report) => onReport(report, peer));
        if (!welcome || framer.isBroken) socket.destroy();
      });
    },
  });
}
