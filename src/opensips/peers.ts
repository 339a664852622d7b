import { Network } from '../lib/network.ts';
import { backEndHost, type OpensipsConfig, socketHost } from './config.ts';

/** Whom OpenSIPS is provisioned with, who is never to be blocked: back ends, trunks and the SBC itself. */
export interface Peers {
  readonly backEnds: readonly Network[];
  readonly trunks: readonly Network[];
  readonly own: readonly Network[];
}

export function peersOf(config: Pick<OpensipsConfig, 'back-ends' | 'trunks' | 'listen'>): Peers {
  return {
    backEnds: networksOf(config['back-ends'].map(backEndHost)),
    trunks: config.trunks,
    own: networksOf(config.listen.map(socketHost)),
  };
}

function networksOf(hosts: readonly string[]): readonly Network[] {
  return [...new Set(hosts)].flatMap((host) => Network.parse(host) ?? []);
}
