/** `loadmodule "tm.so"` of an OpenSIPS configuration; a line that starts with `#` is a comment. */
const LOADMODULE = /^[ \t]*loadmodule[ \t]+"(?:[^"\n]*\/)?([a-z0-9_]+)(?:\.so)?"/gm;

/**
 * The modules that a configuration loads by itself. OpenSIPS takes loading one twice for an error, so sipward's part
 * must leave these out. Files that it includes are not followed: pass their text, too.
 */
export function loadedModules(...texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap((text) => [...text.matchAll(LOADMODULE)].map((match) => match[1] ?? '')));
}
