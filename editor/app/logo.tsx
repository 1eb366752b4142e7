/** The mark of Replygraph: two branches that meet. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-primary" />
      <g className="fill-primary-foreground">
        <path
          d="M10 10.5h4.5c3 0 2.5 5.5 5 5.5M10 21.5h4.5c3 0 2.5-5.5 5-5.5"
          className="fill-none stroke-primary-foreground"
          strokeWidth="2"
        />
        <circle cx="9" cy="10.5" r="2.75" />
        <circle cx="9" cy="21.5" r="2.75" />
        <circle cx="22.5" cy="16" r="3.5" />
      </g>
    </svg>
  );
}
