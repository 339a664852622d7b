import { z } from 'zod';

const EXPECTED = 'expected the http URL of mi_http on an address, such as http://127.0.0.1:8888/mi';

/** Where OpenSIPS' `mi_http` answers. An address, so that nothing depends on DNS. */
export function opensipsMiValue() {
  return z
    .string()
    .regex(/^http:\/\/(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:.]{2,45}\]):\d{1,5}\/[a-z0-9_-]{1,40}$/, { error: EXPECTED })
    .refine((text) => URL.canParse(text), { error: EXPECTED })
    .default('http://127.0.0.1:8888/mi')
    .meta({ examples: ['http://127.0.0.1:8888/mi'] });
}
