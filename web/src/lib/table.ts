/** Names and what they stand for, and nothing else: `constructor`, which every object answers to, is no name of a table. */
export function table<T>(all: Record<string, T>): Record<string, T> {
  return Object.assign(Object.create(null) as Record<string, T>, all);
}
