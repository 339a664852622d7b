import { z } from 'zod';

const port = z.int().min(1).max(65535);

const tls = z
  .strictObject({
    ca: z.string().optional().describe('File with the certificates to trust (PEM); default: those the system trusts'),
    cert: z.string().optional().describe('File with the client certificate (PEM)'),
    key: z.string().optional().describe('File with the key of the client certificate (PEM)'),
    verify: z.boolean().default(true).describe("Whether the server's certificate must be valid for its name"),
  })
  .describe('Encrypts the connection; {} for the defaults');

const sqlite = z.strictObject({
  engine: z.literal('sqlite').default('sqlite').describe('Embedded: one file, no server'),
  path: z.string().min(1).optional().describe('Database file; default: sipward.db in the state directory'),
});

const mysql = z.strictObject({
  engine: z.literal('mysql').describe('MySQL 8.0 or MariaDB 10.6, or later'),
  host: z.string().min(1).default('127.0.0.1').describe('Name or address of the server'),
  port: port.default(3306).describe('TCP port of the server'),
  socket: z.string().min(1).optional().describe('Unix socket of the server; used instead of host and port'),
  user: z.string().default('sipward').describe('Name to log in with'),
  password: z.string().optional().describe('Password; better in a file of its own, see passwordFile'),
  passwordFile: z.string().min(1).optional().describe('File whose first line is the password'),
  database: z.string().min(1).default('sipward').describe('Name of the database; it must exist'),
  tls: tls.optional(),
  connections: z.int().min(2).max(64).default(4).describe('Connections held open at most'),
  connectTimeoutMs: z.int().min(100).max(60_000).default(5000).describe('Wait for a connection at most, ms'),
});

/** Where sipward remembers: an embedded SQLite file, or a MySQL or MariaDB server. */
export const storeConfig = z
  .discriminatedUnion('engine', [sqlite, mysql])
  .default({ engine: 'sqlite' })
  .describe('Where events, blocks and positions are kept');

export type StoreConfig = z.infer<typeof storeConfig>;
export type MysqlConfig = z.infer<typeof mysql>;
