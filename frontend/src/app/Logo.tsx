/** Threads that meet: two inputs woven into one. */

export function Logo({ size = 24 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#4f46e5" />
      <g fill="none" stroke="#fff" strokeWidth="2.4" strokeLinecap="round">
        <path d="M8 10c8 0 8 6 16 6M8 22c8 0 8-6 16-6" />
      </g>
      <g fill="#fff">
        <circle cx="8" cy="10" r="3" />
        <circle cx="8" cy="22" r="3" />
        <circle cx="24" cy="16" r="3" />
      </g>
    </svg>
  );
}
