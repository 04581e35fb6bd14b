/**
 * An object to be filled by names that a file chose. It inherits nothing: in a `{}` a name such as `__proto__` is
 * no key like the others, and what is set by it is lost.
 */
export const emptyRecord = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;
