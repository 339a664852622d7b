import { z } from 'zod';

const MAX_LENGTH = 511;
/**
 * An escape that OpenSIPS does not undo, or a character that it wants escaped: then the user is taken as it stands. So it
 * is with the escape of `%` itself: undone, it could make another one, and the one spelling would have another.
 */
const NOT_UNESCAPED = /[^!-~]|%(?:[^2-7]|25|7f|.[^0-9a-f]|.?$)/i;

/**
 * The one spelling of an account, as OpenSIPS' script finds it too: no parameters of the user, escapes of
 * printable characters undone, ASCII letters lower-case. RFC 3261 section 19.1.4 tells users apart by case; enough back
 * ends do not, so a disabled account must not get round it by a capital.
 */
export function canonicalAor(text: string): string {
  const [user, domain] = partsOf(text);
  const name = withoutParameters(user);
  const spelled = NOT_UNESCAPED.test(name) ? name : withoutParameters(decodeURIComponent(name));
  return lowerCase(`${spelled}@${domain}`).toWellFormed();
}

function withoutParameters(user: string): string {
  return user.split(';', 1)[0] ?? '';
}

/** What `canonicalAor` would change in a user or a domain: nearly none has any of it. */
const NOT_CANONICAL = /[A-Z%;]/;

/** Whether neither part can be another spelling of something. Asked of every signal. */
export function isCanonical(user: string, domain: string): boolean {
  return !NOT_CANONICAL.test(user) && !NOT_CANONICAL.test(domain);
}

/** Of ASCII alone the letters of all languages are its own. */
const ASCII = /^[\0-\x7f]*$/;

function lowerCase(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** User and domain of an account; a domain holds no `@`, a user may. */
function partsOf(aor: string): readonly [user: string, domain: string] {
  const at = aor.lastIndexOf('@');
  return at < 0 ? ['', aor] : [aor.slice(0, at), aor.slice(at + 1)];
}

export function userOf(aor: string): string {
  return partsOf(aor)[0];
}

export function domainOf(aor: string): string {
  return partsOf(aor)[1];
}

const FORM = 'an account such as 1001@example.com';
const ACCOUNT = /^[^\s\p{Cc}@]+@[^\s\p{Cc}@]+$/u;
const DOMAIN = /^[^\s\p{Cc}@]+$/u;

/** People copy it from where it stands as a URI. */
export function withoutScheme(text: string): string {
  return text.replace(/^sips?:/i, '');
}

/** An account as text; its value is the canonical spelling. */
export function accountValue() {
  return z
    .string({ error: `expected ${FORM}` })
    .max(MAX_LENGTH, { error: `expected at most ${MAX_LENGTH} characters` })
    .transform((text, context) => {
      const aor = canonicalAor(withoutScheme(text));
      if (ACCOUNT.test(text) && ACCOUNT.test(aor)) return aor;
      context.addIssue({ code: 'custom', message: `expected ${FORM}`, input: text });
      return z.NEVER;
    })
    .meta({ 'x-form': FORM });
}

/** An account, or a domain that stands for all its accounts. */
export function accountOrDomainValue() {
  const form = `${FORM}, or a domain such as example.com`;
  return z
    .string({ error: `expected ${form}` })
    .max(MAX_LENGTH, { error: `expected at most ${MAX_LENGTH} characters` })
    .transform((text, context) => {
      if (ACCOUNT.test(text)) return canonicalAor(withoutScheme(text));
      if (DOMAIN.test(text)) return lowerCase(text);
      context.addIssue({ code: 'custom', message: `expected ${form}`, input: text });
      return z.NEVER;
    })
    .meta({ 'x-form': form });
}
