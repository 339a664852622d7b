import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountKeys } from '../../lib/opensips/account-key.ts';
import { type MiClient, MiRefusal } from '../../lib/opensips/mi-client.ts';
import { CallEnder } from './calls.ts';

const AOR = '1001@example.com';
const [KEY = ''] = accountKeys(AOR);

/** Ends the calls of the account, of which OpenSIPS refuses some; what was asked to end, and the faults. */
async function endCalls(refusals: Readonly<Record<string, number>>) {
  const asked: string[] = [];
  const faults: string[] = [];
  const Dialogs = ['a', 'b', 'c'].map((ID) => ({ ID, context: { values: [{ sipward_account: KEY }] } }));
  const mi = {
    call: async (command: string, { dialog_id: id = '' }: { readonly dialog_id?: string }) => {
      if (command === 'dialogs-list') return { count: Dialogs.length, Dialogs };
      asked.push(id);
      const code = refusals[id];
      if (code !== undefined) throw new MiRefusal('dlg_end_dlg', code, 'no');
      return 'OK';
    },
  } as unknown as MiClient;
  const ender = new CallEnder(mi, (error) => faults.push(String(error.cause)));
  ender.end([AOR]);
  await ender.settled();
  return { asked, faults };
}

test('a call that has ended by itself meanwhile is no fault', async () =>
  assert.deepEqual(await endCalls({ a: 404 }), { asked: ['a', 'b', 'c'], faults: [] }));

test('one that cannot be ended is told of, and does not keep the others going', async () => {
  const { asked, faults } = await endCalls({ b: 500 });
  assert.deepEqual(asked, ['a', 'b', 'c']);
  assert.equal(faults.length, 1);
  assert.match(faults[0] ?? '', /OpenSIPS refused dlg_end_dlg: no \(500\)/);
});
