import { Address } from '../../lib/address.ts';
import { Network } from '../../lib/network.ts';

/** What APIBan answered when asked for the next addresses. */
export interface ApibanPage {
  readonly networks: readonly Network[];
  /** Elements that are no addresses. */
  readonly unreadable: number;
  /** The cursor to ask with next; undefined at the end of the list. */
  readonly next: string | undefined;
}

export const APIBAN_FAULTS = ['key', 'rate', 'reply'] as const;
/** `key`: it does not take our key; `rate`: we asked too often; `reply`: the answer means nothing. */
export type ApibanFault = (typeof APIBAN_FAULTS)[number];

export class ApibanError extends Error {
  readonly fault: ApibanFault;

  constructor(fault: ApibanFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** The contract says 250; what is far beyond is no page of that service. */
const MOST_ADDRESSES = 1000;

/**
 * Reads an answer. An empty one, or one without a cursor that could be asked with, is an error: never "nobody is bad".
 *
 * @throws ApibanError
 */
export function parseReply(status: number, body: string): ApibanPage {
  if (status === 429) throw tooOften();
  if (status === 401 || status === 403) throw badKey();
  const { ipaddress, ID: id } = objectOf(body, status);
  const texts = listOf(ipaddress);
  if (texts.includes('rate limit exceeded')) throw tooOften();
  if (id === 'unauthorized') throw badKey();
  if (id === 'none') return endOf(texts);
  if (status !== 200) throw new ApibanError('reply', `APIBan answered with status ${status}`);
  if (typeof id !== 'string' || !/^[0-9]{1,20}$/.test(id)) {
    throw new ApibanError('reply', 'APIBan answered without a cursor');
  }
  return { ...addressesOf(texts), next: id };
}

function objectOf(body: string, status: number): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (cause) {
    throw new ApibanError('reply', `APIBan answered with status ${status} and no JSON: ${(cause as Error).name}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new ApibanError('reply', `APIBan answered with status ${status} and no JSON object`);
  }
  return parsed as Readonly<Record<string, unknown>>;
}

/** A list, or a single text. */
function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined ? [] : [value];
}

function endOf(texts: readonly unknown[]): ApibanPage {
  return { ...addressesOf(texts.filter((text) => text !== 'no new bans')), next: undefined };
}

function addressesOf(texts: readonly unknown[]): Omit<ApibanPage, 'next'> {
  if (texts.length > MOST_ADDRESSES) {
    throw new ApibanError(
      'reply',
      `APIBan answered with ${texts.length} addresses, expected at most ${MOST_ADDRESSES}`,
    );
  }
  const networks = texts.flatMap((text) => {
    const address = typeof text === 'string' ? Address.parse(text) : undefined;
    return address === undefined ? [] : [Network.single(address)];
  });
  return { networks, unreadable: texts.length - networks.length };
}

function tooOften(): ApibanError {
  return new ApibanError('rate', 'APIBan was asked too often');
}

function badKey(): ApibanError {
  return new ApibanError('key', 'APIBan does not take the key');
}
