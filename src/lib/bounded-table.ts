/**
 * A hash table from 64-bit keys (addresses, hashes of accounts) to small records of 32-bit words, for state that an
 * attacker can grow at will: bounded, cheap at ten million keys, and hard to abuse.
 *
 * - **Layout.** A slot is four words (key, last time, reference) and a bucket of four slots fills one cache line, for at
 *   a million keys the misses are the cost. A key may stand in either of two buckets and goes to the emptier, so a table
 *   is about 80 % full before a bucket overflows. No tombstones, no probing chains.
 * - **Lazy records.** A key seen once costs 16 bytes: its time and a tag. Only the second sight gives it a record. A
 *   flood from a million forged addresses, one packet each, thus costs 16 MB and no records.
 * - **Eviction.** When both buckets are full and the table may not grow, the least telling key goes: one whose time is
 *   up, else one without a record, else the longest unseen. Forged addresses evict each other, not an attacker who is
 *   being counted. Bucket choice is seeded (`seedTables`), so nobody can aim at a victim's bucket.
 *
 * Times are milliseconds since the epoch, kept modulo 2^32 (49 days); `expire` keeps ages below that.
 */
export interface BoundedTableOptions {
  /** Keys kept at most; up to a fifth more where that spares a key with a record. */
  readonly maxKeys: number;
  /** 32-bit words in a record, zeroed when it is made. */
  readonly words: number;
  /** A key not touched for this long is forgotten. */
  readonly horizonMs: number;
}

/** The same wherever nobody aims at anything: a replay forgets the same each time. */
let seedOfTables = 0x9e3779b9;

/**
 * Makes the choice of buckets unforeseeable in the tables made from now on; what a snapshot holds goes to its place in them.
 *
 * @param seed any number, another in each process
 */
export function seedTables(seed: number): void {
  seedOfTables = seed >>> 0;
}

/** What `snapshot` gives: plain data, a few large arrays. */
export interface TableSnapshot {
  readonly words: number;
  readonly newestAt: number;
  /** Four words a key: high, low, last time, and its tag as -(tag + 1), or 1 if it has a record. */
  readonly keys: Int32Array;
  /** The records of those that have one, in the order of the keys. */
  readonly records: Uint32Array;
}

const WAYS = 4;
const INITIAL_BUCKETS = 64;
/** Words of a slot. */
const SLOT = 4;
const LOW = 1;
const LAST_AT = 2;
/** 0: empty; positive: record number + 1; negative: no record, -(tag + 1). */
const REF = 3;
/** How expendable slots are: a key with a record by its age (below 2^32), then empty ones, then keys without. */
const EMPTY = 2 ** 32;
const NO_RECORD = EMPTY + 1;
const CHUNK_BITS = 12;
const CHUNK = 1 << CHUNK_BITS;

export class BoundedTable {
  readonly #maxKeys: number;
  readonly #maxBuckets: number;
  readonly #words: number;
  readonly #horizonMs: number;
  readonly #seed: number;

  /** Signed, for the references; keys and times are compared as the same 32 bits. A slot's number is its first word's. */
  #slots = new Int32Array(0);
  /** Buckets divided by 2^32: a hash times this is its bucket. */
  #bucketScale = 0;
  #size = 0;
  #evicted = 0;
  /** What ages are counted from: the latest time touched, unless time went back by more than the horizon. */
  #newestAt = 0;
  /** The latest time there ever was. */
  #latestAt = 0;

  readonly #chunks: Uint32Array[] = [];
  readonly #free: number[] = [];
  #recordCount = 0;

  /** Of the key that `touch` has just given its first record: the time and tag of its first sight, else 0 and -1. */
  firstAt = 0;
  firstTag = -1;
  /** The words of the record that `touch` has just returned, and where in them it begins. */
  record = new Uint32Array(0);
  base = 0;

  constructor(options: BoundedTableOptions) {
    if (!(options.maxKeys >= 1)) throw new RangeError(`maxKeys: expected at least 1, got ${options.maxKeys}`);
    this.#maxKeys = options.maxKeys;
    this.#maxBuckets = Math.max(INITIAL_BUCKETS, Math.ceil((options.maxKeys * 1.2) / WAYS));
    this.#words = options.words;
    this.#horizonMs = options.horizonMs;
    this.#seed = seedOfTables;
    this.#allocate(INITIAL_BUCKETS);
  }

  get size(): number {
    return this.#size;
  }

  /** Keys forgotten before their time because the table was full. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Bytes held by the index and the records. */
  get bytes(): number {
    return this.#slots.byteLength + this.#chunks.length * CHUNK * this.#words * 4;
  }

  /**
   * Notes that a key was seen. True if it has a record, then found in `record` from `base` on.
   * @param tag 0 to 2^30, remembered while the key has no record yet
   * @param eager give it a record at the first sight already
   */
  touch(high: number, low: number, at: number, tag: number, eager = false): boolean {
    this.#tick(at);
    this.firstTag = -1;
    const slot = this.#find(high, low);
    if (slot >= 0 && !this.#isStale(slot)) return this.#touchKnown(slot, at);
    const place = slot >= 0 ? slot : this.#place(high, low);
    this.#release(place);
    this.#fill(place, high, low, at, -(tag + 1));
    if (!eager) return false;
    this.#giveRecord(place);
    return true;
  }

  /** True if the key has a record, then found in `record` from `base` on. Changes nothing. */
  peek(high: number, low: number): boolean {
    const slot = this.#find(high, low);
    if (slot < 0 || this.#isStale(slot) || (this.#slots[slot + REF] ?? 0) <= 0) return false;
    this.#open((this.#slots[slot + REF] ?? 0) - 1);
    return true;
  }

  /** Whether the key was seen and is not forgotten, with or without a record. Changes nothing. */
  has(high: number, low: number): boolean {
    const slot = this.#find(high, low);
    return slot >= 0 && !this.#isStale(slot);
  }

  /** The tag of a key that was seen once and has no record; -1 of all others. Changes nothing. */
  tag(high: number, low: number): number {
    const slot = this.#find(high, low);
    const ref = slot < 0 || this.#isStale(slot) ? 0 : (this.#slots[slot + REF] ?? 0);
    return ref < 0 ? -ref - 1 : -1;
  }

  /** Forgets a key. */
  delete(high: number, low: number): void {
    const slot = this.#find(high, low);
    if (slot >= 0) this.#release(slot);
  }

  /** Forgets all keys whose time is up. Linear in the table's size. */
  expire(now: number): void {
    // After a silence longer than the clock's half period ages are ambiguous, and everything is past its time anyway.
    const allStale = now - this.#latestAt > Math.min(this.#horizonMs, 2 ** 31);
    this.#newestAt = Math.max(this.#newestAt, now);
    this.#latestAt = Math.max(this.#latestAt, now);
    for (let slot = 0; slot < this.#slots.length; slot += SLOT) {
      if (this.#slots[slot + REF] !== 0 && (allStale || this.#isStale(slot))) this.#release(slot);
    }
  }

  /** All that is remembered. Linear in the table's size. */
  snapshot(): TableSnapshot {
    const keys = new Int32Array(this.#size * SLOT);
    const records = new Uint32Array((this.#recordCount - this.#free.length) * this.#words);
    let [key, record] = [0, 0];
    for (let slot = 0; slot < this.#slots.length; slot += SLOT) {
      const ref = this.#slots[slot + REF] ?? 0;
      if (ref === 0) continue;
      keys.set(this.#slots.subarray(slot, slot + SLOT), key);
      key += SLOT;
      if (ref < 0) continue;
      keys[key - SLOT + REF] = 1;
      this.#open(ref - 1);
      records.set(this.record.subarray(this.base, this.base + this.#words), record);
      record += this.#words;
    }
    return { words: this.#words, newestAt: this.#newestAt, keys, records };
  }

  /** Adds what `snapshot` gave. False, and nothing is done, if its records are of another size. */
  restore({ words, newestAt, keys, records }: TableSnapshot): boolean {
    if (words !== this.#words) return false;
    this.#newestAt = Math.max(this.#newestAt, newestAt);
    this.#latestAt = Math.max(this.#latestAt, newestAt);
    let record = 0;
    for (let key = 0; key < keys.length; key += SLOT) {
      const [high = 0, low = 0, at = 0, ref = 0] = keys.subarray(key, key + SLOT);
      const place = this.#place(high, low);
      this.#release(place);
      this.#fill(place, high, low, at, ref > 0 ? -1 : ref);
      if (ref <= 0) continue;
      this.#giveRecord(place);
      this.record.set(records.subarray(record, record + words), this.base);
      record += words;
    }
    return true;
  }

  /** A single time far ahead (a host whose clock was wrong for a moment) must not make stale whatever comes after it. */
  #tick(at: number): void {
    if (at > this.#latestAt) this.#latestAt = at;
    if (at > this.#newestAt || this.#newestAt - at > this.#horizonMs) this.#newestAt = at;
  }

  #touchKnown(slot: number, at: number): boolean {
    const ref = this.#slots[slot + REF] ?? 0;
    const previousAt = this.#slots[slot + LAST_AT] ?? 0;
    // A late signal does not make the key older.
    if (((at - previousAt) | 0) > 0) this.#slots[slot + LAST_AT] = at;
    if (ref > 0) {
      this.#open(ref - 1);
      return true;
    }
    this.firstTag = -ref - 1;
    // Back to a whole time from the 32 bits kept of it.
    this.firstAt = at - ((at - previousAt) | 0);
    this.#giveRecord(slot);
    return true;
  }

  #isStale(slot: number): boolean {
    const age = (this.#newestAt - (this.#slots[slot + LAST_AT] ?? 0)) >>> 0;
    return age > this.#horizonMs && age < 2 ** 31;
  }

  #find(high: number, low: number): number {
    const found = this.#findIn(this.#bucket(high, low), high, low);
    return found >= 0 ? found : this.#findIn(this.#otherBucket(high, low), high, low);
  }

  #findIn(start: number, high: number, low: number): number {
    const slots = this.#slots;
    for (let slot = start; slot < start + WAYS * SLOT; slot += SLOT) {
      if (slots[slot + LOW] === (low | 0) && slots[slot] === (high | 0) && slots[slot + REF] !== 0) return slot;
    }
    return -1;
  }

  /** Where the first of the two buckets of a key begins. */
  #bucket(high: number, low: number): number {
    return Math.floor(this.#hash(high, low) * this.#bucketScale) * WAYS * SLOT;
  }

  #otherBucket(high: number, low: number): number {
    return Math.floor(this.#rehash(high, low) * this.#bucketScale) * WAYS * SLOT;
  }

  /** A slot for a new key: empty if there is one, else the victim's. */
  #place(high: number, low: number): number {
    const first = this.#bucket(high, low);
    const second = this.#otherBucket(high, low);
    const slot = this.#size < this.#maxKeys ? this.#emptier(first, second) : -1;
    if (slot >= 0) return slot;
    const mayGrow = this.#size < this.#maxKeys && this.#grow();
    return mayGrow ? this.#place(high, low) : this.#victim(first, second);
  }

  #emptier(first: number, second: number): number {
    const [a, roomA] = this.#room(first);
    if (roomA >= WAYS / 2) return a;
    const [b, roomB] = this.#room(second);
    return roomB > roomA ? b : a;
  }

  /** An empty slot of the bucket (or -1), and how many it has. */
  #room(start: number): readonly [number, number] {
    let empty = -1;
    let room = 0;
    for (let slot = start; slot < start + WAYS * SLOT; slot += SLOT) {
      if (this.#slots[slot + REF] !== 0) continue;
      empty = slot;
      room++;
    }
    return [empty, room];
  }

  #victim(first: number, second: number): number {
    let victim = first;
    let best = Number.NEGATIVE_INFINITY;
    for (let way = 0; way < WAYS * 2; way++) {
      const slot = way < WAYS ? first + way * SLOT : second + (way - WAYS) * SLOT;
      const worth = this.#expendability(slot);
      if (worth > best) {
        best = worth;
        victim = slot;
      }
    }
    if (best !== EMPTY && best < Number.POSITIVE_INFINITY) this.#evicted++;
    return victim;
  }

  /** The larger, the sooner it may go. */
  #expendability(slot: number): number {
    const ref = this.#slots[slot + REF] ?? 0;
    // An empty slot frees nothing, but it spares a key with a record.
    if (ref === 0) return EMPTY;
    if (this.#isStale(slot)) return Number.POSITIVE_INFINITY;
    const age = (this.#newestAt - (this.#slots[slot + LAST_AT] ?? 0)) >>> 0;
    return ref < 0 ? age + NO_RECORD : age;
  }

  #release(slot: number): void {
    const ref = this.#slots[slot + REF] ?? 0;
    if (ref === 0) return;
    if (ref > 0) this.#free.push(ref - 1);
    this.#slots[slot + REF] = 0;
    this.#size--;
  }

  #giveRecord(slot: number): void {
    const number = this.#free.pop() ?? this.#recordCount++;
    if (number >> CHUNK_BITS >= this.#chunks.length) this.#chunks.push(new Uint32Array(CHUNK * this.#words));
    this.#slots[slot + REF] = number + 1;
    this.#open(number);
    this.record.fill(0, this.base, this.base + this.#words);
  }

  #open(number: number): void {
    this.record = this.#chunks[number >> CHUNK_BITS] as Uint32Array<ArrayBuffer>;
    this.base = (number & (CHUNK - 1)) * this.#words;
  }

  #fill(slot: number, high: number, low: number, at: number, ref: number): void {
    this.#slots[slot] = high;
    this.#slots[slot + LOW] = low;
    this.#slots[slot + LAST_AT] = at;
    this.#slots[slot + REF] = ref;
    this.#size++;
  }

  #allocate(buckets: number): void {
    this.#slots = new Int32Array(buckets * WAYS * SLOT);
    this.#bucketScale = buckets / 2 ** 32;
  }

  /** Doubles the index, if it may. Records stay where they are. */
  #grow(): boolean {
    const held = this.#slots.length / (WAYS * SLOT);
    const buckets = Math.min(held * 2, this.#maxBuckets);
    if (buckets <= held) return false;
    const old = this.#slots;
    this.#allocate(buckets);
    this.#size = 0;
    for (let slot = 0; slot < old.length; slot += SLOT) {
      const [high = 0, low = 0, at = 0, ref = 0] = old.subarray(slot, slot + SLOT);
      if (ref === 0) continue;
      const place = this.#place(high, low);
      this.#release(place);
      this.#fill(place, high, low, at, ref);
    }
    return true;
  }

  /** Finaliser of MurmurHash3 over both words and the seed. */
  #hash(high: number, low: number): number {
    let h = Math.imul(high ^ this.#seed, 0x85ebca6b) ^ low;
    h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
    h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
    return (h ^ (h >>> 16)) >>> 0;
  }

  #rehash(high: number, low: number): number {
    let h = Math.imul(low ^ this.#seed, 0xc2b2ae35) ^ high;
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
    h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
    return (h ^ (h >>> 15)) >>> 0;
  }
}
