/** Sends a request for each item, a bounded number at a time; the answers are in the order of `all`. */
export async function each<In, Out>(
  all: readonly In[],
  atOnce: number,
  request: (one: In) => Promise<Out>,
): Promise<Out[]> {
  const found: Out[] = new Array<Out>(all.length);
  let next = 0;
  const walk = async (): Promise<void> => {
    for (let at = next++; at < all.length; at = next++) found[at] = await request(all[at] as In);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, walk));
  return found;
}
