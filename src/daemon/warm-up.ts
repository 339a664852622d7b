import { Address } from '../lib/address.ts';
import type { Signal } from '../pipeline/signal.ts';
import type { SignalRow } from '../store/store.ts';

/** A stored row as the signal it was; what was not stored is "not said". */
export function warmUpSignal(row: SignalRow): Signal {
  const { ip, ...fields } = row;
  const address = Address.parse(ip);
  if (address === undefined) throw new Error(`the store holds "${ip}" where an address is expected`);
  return { ...fields, address, from: '', fromTag: '', branch: '', detail: '', authUser: '', authRealm: '' } as Signal;
}
