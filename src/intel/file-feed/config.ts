import { z } from 'zod';

export const fileFeedConfig = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .describe('File with an address or network a line; what follows # or ; is a remark. Read again when it changes.'),
  })
  .describe('A list of addresses in a file.');

export type FileFeedConfig = z.output<typeof fileFeedConfig>;
