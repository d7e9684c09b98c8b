/** Asks for each of them, so many at once at most; the answers stand in the order of `all`. */
export async function each<In, Out>(
  all: readonly In[],
  atOnce: number,
  ask: (one: In) => Promise<Out>,
): Promise<Out[]> {
  const found: Out[] = new Array<Out>(all.length);
  let next = 0;
  const walk = async (): Promise<void> => {
    for (let at = next++; at < all.length; at = next++) found[at] = await ask(all[at] as In);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, walk));
  return found;
}
