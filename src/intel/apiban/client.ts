import { ApibanError, type ApibanPage, parseReply } from './reply.ts';

export interface ApibanClientOptions {
  readonly url: string;
  readonly api: 'v1' | 'v2';
  readonly key: string;
}

const TIMEOUT_MS = 20_000;
/** A page of 250 addresses has 12 kB. */
const MAX_BODY_BYTES = 1 << 20;

/** Asks APIBan for addresses. Its errors never carry the key, which is part of the address in v1. */
export class ApibanClient {
  readonly #options: ApibanClientOptions;

  constructor(options: ApibanClientOptions) {
    this.#options = { ...options };
  }

  /**
   * @param cursor where to go on; `100` is the beginning
   * @throws ApibanError; or an error of the network
   */
  async page(cursor: string, stop: AbortSignal): Promise<ApibanPage> {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await this.#ask(cursor, signal).catch((error: unknown) => {
      throw new Error(`APIBan cannot be reached: ${causeOf(error)}`);
    });
    return parseReply(response.status, await bodyOf(response));
  }

  #ask(cursor: string, signal: AbortSignal): Promise<Response> {
    const { url, api, key } = this.#options;
    if (api === 'v1') return fetch(`${url}/${key}/banned/${cursor}`, { signal, redirect: 'error' });
    return fetch(`${url}/get`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ set: 'sip', id: cursor }),
      signal,
      redirect: 'error',
    });
  }
}

async function bodyOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      throw new ApibanError('reply', `APIBan answered with more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The system's own code where there is one; the message of `fetch` could hold the address with the key. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : error.name;
}
