/** What follows time, level and module of a line, and what all its signals share. */
export interface Message {
  readonly text: string;
  readonly at: number;
  readonly sensor: string;
}
