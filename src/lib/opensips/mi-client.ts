import { Agent, request } from 'node:http';

/** Every command that sipward uses, by its name in OpenSIPS 3.6 and in 4.0. */
const COMMANDS = {
  version: ['version', 'core:version'],
  uptime: ['uptime', 'core:uptime'],
  which: ['which', 'core:which'],
  'get-statistics': ['get_statistics', 'statistics:get'],
  'cache-store': ['cache_store', 'cache:store'],
  'cache-fetch': ['cache_fetch', 'cache:fetch'],
  'cache-remove': ['cache_remove', 'cache:remove'],
  'cache-list': ['cache_fetch_chunk', 'cachedb_local:fetch_chunk'],
  'address-reload': ['address_reload', 'permissions:address_reload'],
  'address-dump': ['address_dump', 'permissions:address_dump'],
  'subnet-dump': ['subnet_dump', 'permissions:subnet_dump'],
  /** 3.6 has none. */
  'dialogs-list': ['dlg_list_ctx', 'dialog:list_ctx'],
  'dialog-end': ['dlg_end_dlg', 'dialog:end_dlg'],
  'pike-list': ['pike_list', 'pike:list'],
  'pike-remove': ['pike_rm', 'pike:rm'],
  'location-dump': ['ul_dump', 'usrloc:dump'],
  'events-rotate': ['evi_flat_rotate', 'event_flatstore:rotate'],
} as const;
export type MiCommand = keyof typeof COMMANDS;

export type MiParams = Readonly<Record<string, string | number | readonly string[]>>;

/** JSON-RPC: there is no such command. */
export const METHOD_NOT_FOUND = -32601;
/** Enough to keep OpenSIPS' one MI process busy. */
const MAX_CONNECTIONS = 8;
const TIMEOUT_MS = 5_000;
/** 100,000 blocks are 5 MB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** OpenSIPS understood the call and refused it. */
export class MiRefusal extends Error {
  override readonly name = 'MiRefusal';
  readonly code: number;

  constructor(method: string, code: number, message: string) {
    super(`OpenSIPS refused ${method}: ${message} (${code})`);
    this.code = code;
  }
}

/** Calls OpenSIPS' management interface: JSON-RPC by `mi_http`. */
export class MiClient {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  /** Which of the two names the other side knew last. */
  #generation: 0 | 1 = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** The result of a command. Rejects with `MiRefusal` if OpenSIPS says no, with another error if it does not answer. */
  async call(command: MiCommand, params?: MiParams): Promise<unknown> {
    const first = this.#generation;
    try {
      return await this.#invoke(COMMANDS[command][first], params);
    } catch (error) {
      if (!(error instanceof MiRefusal) || error.code !== METHOD_NOT_FOUND) throw error;
      const other = first === 0 ? 1 : 0;
      const result = await this.#invoke(COMMANDS[command][other], params);
      this.#generation = other;
      return result;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #invoke(method: string, params: MiParams | undefined): Promise<unknown> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, ...(params === undefined ? {} : { params }) });
    const answer = parseAnswer(this.#url, await this.#post(body));
    if (answer.error !== undefined) throw new MiRefusal(method, answer.error.code, answer.error.message);
    return answer.result;
  }

  #post(body: string): Promise<string> {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown) => reject(new Error(`no answer of OpenSIPS at ${this.#url}`, { cause }));
      const options = { method: 'POST', agent: this.#agent, headers, timeout: TIMEOUT_MS };
      const outgoing = request(this.#url, options, (incoming) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        incoming.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) incoming.destroy(new Error(`more than ${MAX_ANSWER_BYTES} bytes`));
          else chunks.push(chunk);
        });
        incoming.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
        incoming.on('error', fail);
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`nothing within ${TIMEOUT_MS} ms`)));
      outgoing.on('error', fail);
      outgoing.end(body);
    });
  }
}

interface Answer {
  readonly result: unknown;
  readonly error: { readonly code: number; readonly message: string } | undefined;
}

function parseAnswer(url: string, text: string): Answer {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${url} did not answer with JSON, but: ${JSON.stringify(text.slice(0, 100))}`, { cause });
  }
  if (typeof answer !== 'object' || answer === null) throw new Error(`${url} did not answer with a JSON object`);
  const { result, error } = answer as { result?: unknown; error?: { code?: unknown; message?: unknown } };
  if (error === undefined) return { result, error: undefined };
  return { result: undefined, error: { code: Number(error.code), message: String(error.message) } };
}
