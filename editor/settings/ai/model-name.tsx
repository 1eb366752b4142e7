/** `provider:model`, broken after the colon where it does not fit. */
export function ModelName({ name }: { name: string }) {
  const colon = name.indexOf(':') + 1;
  return (
    <span className="wrap-anywhere">
      {name.slice(0, colon)}
      <wbr />
      {name.slice(colon)}
    </span>
  );
}
