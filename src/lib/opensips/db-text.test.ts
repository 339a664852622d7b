import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Flow } from '../flow.ts';
import { Network } from '../network.ts';
import { addressTable } from './address-table.ts';
import { formatTable, versionTable } from './db-text.ts';
import { writeTable } from './table-file.ts';

const networks = ['192.0.2.1', '198.51.100.0/24', '2001:db8::/32'].map((text) => Network.parse(text)!);

describe('formatTable', () => {
  it('writes columns and rows', () => {
    const table = addressTable(
      'sipward_allowed',
      networks.map((target) => ({ target, group: 1 })),
    );
    assert.equal(
      formatTable(table),
      'id(int,auto) grp(int) ip(string) mask(int) port(int) proto(string) pattern(string,null) context_info(string,null)\n' +
        '1:1:192.0.2.1:32:0:any::192.0.2.1\n' +
        '2:1:198.51.100.0:24:0:any::198.51.100.0/24\n' +
        '3:1:2001\\:db8\\:\\::32:0:any::2001\\:db8\\:\\:/32\n',
    );
  });

  it('writes a flow once for each transport that it may have', () => {
    const rows = ['udp:192.0.2.1:5071', 'tcp:[2001:db8::1]:5061'].map((text) => ({
      target: Flow.parse(text)!,
      group: 1,
    }));
    assert.deepEqual(formatTable(addressTable('sipward_networks', rows)).split('\n').slice(1, -1), [
      '1:1:192.0.2.1:32:5071:udp::udp\\:192.0.2.1\\:5071',
      ...['tcp', 'tls', 'ws', 'wss'].map(
        (transport, i) => `${i + 2}:1:2001\\:db8\\:\\:1:128:5061:${transport}::tcp\\:[2001\\:db8\\:\\:1]\\:5061`,
      ),
    ]);
  });

  it('escapes what would end a field or a row', () => {
    const table = { name: 't', version: 1, columns: ['a(string)'], rows: [['x:y\\z\n\r\t']] };
    assert.equal(formatTable(table), 'a(string)\nx\\:y\\\\z\\n\\r\\t\n');
    assert.throws(() => formatTable({ ...table, rows: [['\0']] }), /NUL/);
  });

  it('refuses a row that does not fit its columns', () => {
    const table = { name: 't', version: 1, columns: ['a(int)', 'b(int)'], rows: [[1]] };
    assert.throws(() => formatTable(table), /t: 2 columns, but a row of 1/);
  });

  it('writes an empty table, and the versions of all', () => {
    const empty = addressTable('sipward_allowed', []);
    assert.equal(formatTable(empty).split('\n').length, 2);
    assert.equal(
      formatTable(versionTable([empty, { name: 'domain', version: 4 }])),
      'table_name(string) table_version(int)\nsipward_allowed:5\ndomain:4\n',
    );
  });
});

describe('writeTable', () => {
  it('dates each writing a second later, so that OpenSIPS sees it', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sipward-table-'));
    try {
      const path = join(dir, 'tables', 'sipward_allowed');
      const seconds = async () => Math.floor((await stat(path)).mtimeMs / 1000);
      const now = 1_795_400_000_123;
      await writeTable(path, addressTable('sipward_allowed', []), now);
      assert.equal(await seconds(), 1_795_400_000);
      await writeTable(path, addressTable('sipward_allowed', [{ target: networks[0]!, group: 1 }]), now);
      assert.equal(await seconds(), 1_795_400_001);
      await writeTable(path, addressTable('sipward_allowed', []), now + 60_000);
      assert.equal(await seconds(), 1_795_400_060);
      assert.equal((await readFile(path, 'utf8')).split('\n').length, 2);
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
