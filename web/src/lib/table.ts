/** A look-up table without inherited keys: `constructor`, a property of every object, is no key of it. */
export function table<T>(all: Record<string, T>): Record<string, T> {
  return Object.assign(Object.create(null) as Record<string, T>, all);
}
