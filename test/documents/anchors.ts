/** Anchors of a Markdown text, as GitHub makes them of its headings. */
export const anchorsOf = (text: string): readonly string[] => {
  const seen = new Map<string, number>();
  const prose = text.replaceAll(/^( *)```\w*$[\s\S]*?^\1```$/gm, '');
  return [...prose.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
};
