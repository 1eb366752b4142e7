/** The picture of the sandbox post: a cup of coffee in the morning, drawn. */
export function PostPicture({ label }: { label: string }) {
  return (
    <svg
      viewBox="0 0 320 200"
      role="img"
      aria-label={label}
      className="block w-full"
      preserveAspectRatio="xMidYMid slice"
    >
      <defs>
        <linearGradient id="post-sky" x1="0" y1="0" x2="1" y2="1">
          <stop offset="0" stopColor="#ffd6a5" />
          <stop offset="0.5" stopColor="#ff9ab4" />
          <stop offset="1" stopColor="#8f8bff" />
        </linearGradient>
        <linearGradient id="post-cup" x1="0" y1="0" x2="1" y2="0">
          <stop offset="0" stopColor="#fffaf3" />
          <stop offset="1" stopColor="#f1dfd0" />
        </linearGradient>
      </defs>
      <rect width="320" height="200" fill="url(#post-sky)" />
      <circle cx="242" cy="58" r="30" fill="#fff3d6" opacity="0.85" />
      <path d="M0 150c60-26 110-18 160-8s110 6 160-14v72H0z" fill="#5b3a8e" opacity="0.35" />
      <path d="M0 164c80-14 230-14 320 0v36H0z" fill="#3d2a5c" opacity="0.55" />
      <ellipse cx="150" cy="168" rx="68" ry="9" fill="#fffaf3" />
      <path d="M102 100h92v30a36 36 0 0 1-36 36h-20a36 36 0 0 1-36-36z" fill="url(#post-cup)" />
      <path d="M194 108h8a15 15 0 0 1 0 30h-9" fill="none" stroke="#f1dfd0" strokeWidth="7" />
      <ellipse cx="148" cy="100" rx="46" ry="9" fill="#6f4430" />
      <path d="M148 95c-4-5-12-2-9 4 2 4 9 6 9 6s7-2 9-6c3-6-5-9-9-4z" fill="#f4e3d3" />
      <g fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round" opacity="0.75">
        <path d="M132 82c-7-9 7-13 0-24" />
        <path d="M150 78c-7-9 7-13 0-24" />
        <path d="M168 82c-7-9 7-13 0-24" />
      </g>
    </svg>
  );
}
