/** Small SVG pictures of typical complaints; `seed` varies them. */
export type Scene = 'pothole' | 'lamp' | 'bins' | 'puddle' | 'graffiti' | 'bench';

type Drawing = (shift: number, seed: number) => string;

const width = 1280;
const height = 960;

/** Roughness for asphalt, walls and grass. */
function grain(seed: number, frequency: number): string {
  return `<filter id="grain"><feTurbulence type="fractalNoise" baseFrequency="${frequency}" numOctaves="1" seed="${seed}"/>
    <feColorMatrix type="saturate" values="0"/><feComponentTransfer><feFuncA type="linear" slope="0.35"/></feComponentTransfer>
    <feBlend in2="SourceGraphic" mode="multiply"/></filter>`;
}

const drawings: Record<Scene, Drawing> = {
  pothole: (shift) => `<rect width="${width}" height="${height}" fill="#8d8d90"/>
    <path d="M0 640 L1280 560 L1280 590 L0 675 Z" fill="#e9e5d8"/>
    <ellipse cx="${600 + shift}" cy="430" rx="250" ry="120" fill="#4a4643"/>
    <ellipse cx="${620 + shift}" cy="445" rx="190" ry="80" fill="#2c2927"/>
    <ellipse cx="${640 + shift}" cy="465" rx="120" ry="36" fill="#5b6a73"/>`,
  lamp: (shift) => `<rect width="${width}" height="${height}" fill="#1b2333"/>
    <rect y="760" width="${width}" height="200" fill="#10141d"/>
    <rect x="${300 + shift}" y="240" width="22" height="560" fill="#3b4250"/>
    <path d="M${310 + shift} 240 q60 -90 170 -70 l0 24 q-90 -14 -150 56 Z" fill="#3b4250"/>
    <rect x="${440 + shift}" y="178" width="120" height="40" rx="14" fill="#59606d"/>
    <rect x="820" y="420" width="260" height="360" fill="#232a38"/><rect x="880" y="480" width="60" height="80" fill="#d8b866"/>`,
  bins: (shift) => `<rect width="${width}" height="${height}" fill="#b9c4c9"/>
    <rect y="700" width="${width}" height="260" fill="#8b8f8a"/>
    <rect x="${380 + shift}" y="330" width="240" height="400" rx="18" fill="#2f5d3a"/>
    <rect x="${660 + shift}" y="330" width="240" height="400" rx="18" fill="#25476b"/>
    <path d="M${360 + shift} 330 l280 -70 l0 40 l-280 60 Z" fill="#244a2e"/>
    <circle cx="${430 + shift}" cy="760" r="70" fill="#20201f"/><circle cx="${560 + shift}" cy="790" r="55" fill="#3a3936"/>
    <rect x="${700 + shift}" y="740" width="150" height="90" fill="#a88252" transform="rotate(-8 775 785)"/>`,
  puddle: (shift) => `<rect width="${width}" height="${height}" fill="#a3a39a"/>
    <rect y="0" width="${width}" height="240" fill="#7f8f66"/><rect y="240" width="${width}" height="40" fill="#c9c5b7"/>
    <ellipse cx="${640 + shift}" cy="640" rx="470" ry="170" fill="#6f8593"/>
    <ellipse cx="${560 + shift}" cy="610" rx="250" ry="60" fill="#93a9b5"/>
    <rect x="${700 + shift}" y="500" width="150" height="90" rx="8" fill="#44423e"/>`,
  graffiti: (shift) => `<rect width="${width}" height="${height}" fill="#c7a68d"/>
    <path d="M0 160 H1280 M0 320 H1280 M0 480 H1280 M0 640 H1280" stroke="#a98970" stroke-width="8"/>
    <rect y="790" width="${width}" height="170" fill="#84827c"/>
    <path d="M${180 + shift} 560 q120 -330 230 -40 t240 -60 t260 90 q60 -160 -120 -190" fill="none" stroke="#b02a6b" stroke-width="44"/>
    <path d="M${240 + shift} 600 q200 80 620 -20" fill="none" stroke="#1f7a8c" stroke-width="26"/>`,
  bench: (
    shift,
  ) => `<rect width="${width}" height="${height}" fill="#a9c3d4"/><rect y="520" width="${width}" height="440" fill="#6f8f54"/>
    <rect x="${280 + shift}" y="470" width="640" height="34" fill="#7a5334"/>
    <rect x="${280 + shift}" y="540" width="360" height="34" fill="#7a5334"/>
    <path d="M${660 + shift} 540 l180 120 l-12 26 l-190 -116 Z" fill="#6b4628"/>
    <rect x="${320 + shift}" y="470" width="30" height="240" fill="#3d3d3f"/><rect x="${860 + shift}" y="470" width="30" height="240" fill="#3d3d3f"/>`,
};

export function drawScene(scene: Scene, seed: number): string {
  const frequency = scene === 'lamp' ? 0.02 : 0.4;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="1024" height="768" viewBox="0 0 ${width} ${height}">
    <defs>${grain(seed, frequency)}</defs>
    <g filter="url(#grain)">${drawings[scene]((seed * 53) % 160, seed)}</g></svg>`;
}
