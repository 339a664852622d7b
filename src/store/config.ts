import { z } from 'zod';
import { durationValue } from '../lib/config-values.ts';

const tls = z
  .strictObject({
    ca: z
      .string()
      .min(1)
      .optional()
      .describe('File with the certificates to trust (PEM). Default: those that Node.js trusts.'),
    cert: z.string().min(1).optional().describe('File with the certificate of this client (PEM).'),
    key: z.string().min(1).optional().describe('File with the key of that certificate (PEM).'),
    verify: z.boolean().default(true).describe("Refuse a server whose certificate is not valid for the host's name."),
  })
  .describe('Encrypts the connection; {} for the defaults.');

const sqlite = z
  .strictObject({
    type: z.literal('sqlite').default('sqlite').describe('One embedded file, no server.'),
    path: z
      .string()
      .min(1)
      .optional()
      .describe('The file; a relative path starts at the state directory. Default: sipward.db there.'),
  })
  .describe('The embedded database, for one SBC.');

const mysql = z
  .strictObject({
    type: z.literal('mysql').describe('A server: MySQL 8.0, MariaDB 10.6, or newer.'),
    host: z.string().min(1).default('127.0.0.1').describe('Host name or address of the server.'),
    port: z.int().min(1).max(65535).default(3306).describe('TCP port of the server.'),
    socket: z.string().min(1).optional().describe('Unix socket of the server, instead of host and port.'),
    user: z.string().min(1).default('sipward').describe('Name to log in with.'),
    password: z.string().optional().describe('Password to log in with. Better in a file of its own.'),
    'password-file': z
      .string()
      .min(1)
      .optional()
      .describe('File whose first line is the password; wins over password.'),
    database: z.string().min(1).default('sipward').describe('Name of the database. It must exist.'),
    tls: tls.optional(),
    connections: z.int().min(2).max(64).default(4).describe('Connections that are held at most.'),
    'connect-timeout': durationValue({ minMs: 100, maxMs: 60_000 })
      .prefault('5s')
      .describe('How long to wait for a connection.'),
  })
  .describe('A database server, for several SBCs or large sites.');

/** Where sipward remembers: an embedded SQLite file, or a MySQL or MariaDB server. */
export const storeConfig = z
  .discriminatedUnion('type', [sqlite, mysql])
  .prefault({})
  .describe('Where signals, events, blocks and reading positions are kept.');

export type StoreConfig = z.output<typeof storeConfig>;
export type MysqlConfig = z.output<typeof mysql>;
