// The 256 emoji for the values of a byte, with their spoken names. Never change them: the same code must look the same
// on all pages (PERSON-4).

/** `glyph` to show, `name` to read out. */
export type Emoji = { readonly glyph: string; readonly name: string };

// Distinct at a glance and out loud, one code point each, in the fonts of Unicode 9 (2016).
const LIST = `
🐶 dog,🐱 cat,🐭 mouse,🐰 rabbit,🦊 fox,🐻 bear,🐼 panda,🐨 koala,🐯 tiger,🦁 lion,🐮 cow,🐷 pig,
🐸 frog,🐵 monkey,🐔 chicken,🐧 penguin,🐦 bird,🐤 chick,🦆 duck,🦅 eagle,🦉 owl,🦇 bat,🐺 wolf,
🐗 boar,🐴 horse,🦄 unicorn,🐝 bee,🐛 caterpillar,🦋 butterfly,🐌 snail,🐞 ladybird,🐜 ant,
🦂 scorpion,🐢 turtle,🐍 snake,🦎 lizard,🐙 octopus,🦑 squid,🦐 shrimp,🦀 crab,🐡 pufferfish,
🐠 fish,🐬 dolphin,🐳 whale,🦈 shark,🐊 crocodile,🐘 elephant,🦏 rhino,🐪 camel,🐑 sheep,🐐 goat,
🦌 deer,🦃 turkey,🐲 dragon,🐚 shell,🦍 gorilla,🐾 paw prints,🌵 cactus,🌲 pine,🌳 tree,🌴 palm,
🌱 seedling,🍀 clover,🍁 maple leaf,🍄 mushroom,🌾 wheat,🌷 tulip,🌹 rose,🌻 sunflower,🌸 blossom,
💐 bouquet,🍎 apple,🍐 pear,🍊 orange,🍋 lemon,🍌 banana,🍉 watermelon,🍇 grapes,🍓 strawberry,
🍒 cherries,🍑 peach,🍍 pineapple,🥝 kiwi,🍆 aubergine,🥑 avocado,🥒 cucumber,🌽 corn,🥕 carrot,
🥔 potato,🥐 croissant,🍞 bread,🥖 baguette,🧀 cheese,🥚 egg,🍳 frying pan,🥓 bacon,🥞 pancakes,
🍗 drumstick,🍔 burger,🍟 fries,🍕 pizza,🌭 hot dog,🌮 taco,🥗 salad,🍜 noodles,🍣 sushi,
🍱 lunch box,🍙 rice ball,🍦 ice cream,🍩 doughnut,🍪 biscuit,🎂 cake,🍫 chocolate,🍬 sweet,
🍭 lollipop,🍯 honey,🍼 baby bottle,🥛 milk,☕ coffee,🍺 beer,🍷 wine,🍸 cocktail,🍾 champagne,
🥄 spoon,🍴 fork and knife,🍿 popcorn,🍡 dumplings,🥜 peanuts,🌰 chestnut,🌍 globe,🌙 moon,🌞 sun,
⭐ star,🌈 rainbow,⚡ lightning,🔥 fire,💧 drop,🌊 wave,⛄ snowman,🌋 volcano,🗻 mountain,
☔ umbrella,⛅ cloud,⚽ football,🏀 basketball,🏈 rugby ball,🎾 tennis ball,🎱 eight ball,
🏓 table tennis,🏸 shuttlecock,🥊 boxing glove,🎳 bowling,⛳ golf,🎣 fishing rod,🎿 skis,🏆 trophy,
🥇 medal,🎯 target,🎲 die,🎮 gamepad,🎨 palette,🎬 clapperboard,🎤 microphone,🎧 headphones,
🎹 piano,🥁 drum,🎺 trumpet,🎸 guitar,🎪 circus,🎭 masks,🎫 ticket,🎈 balloon,🎁 gift,🎀 bow,
🎃 pumpkin,🎡 big wheel,🎢 roller coaster,🎠 carousel,🃏 joker,🚗 car,🚌 bus,🚑 ambulance,
🚒 fire engine,🚜 tractor,🚚 lorry,🚲 bicycle,🛵 scooter,🚂 steam train,🚁 helicopter,🚀 rocket,
⛵ sailing boat,🚢 ship,🛶 canoe,⚓ anchor,🚧 barrier,🚦 traffic light,⛽ fuel pump,🗿 stone head,
🗽 statue,🗼 tower,🏰 castle,⛺ tent,⛲ fountain,🏠 house,🏭 factory,⛪ church,🌉 bridge,🚪 door,
⌚ watch,📱 phone,💻 laptop,📷 camera,📺 television,📻 radio,⏰ alarm clock,⌛ hourglass,
💡 light bulb,🔦 torch,🔋 battery,🔌 plug,💎 diamond,🔧 spanner,🔨 hammer,🔮 crystal ball,
🔭 telescope,🔬 microscope,💊 pill,🛁 bath,🔑 key,🛒 trolley,📦 parcel,📜 scroll,📚 books,
📎 paper clip,📐 set square,📌 drawing pin,🔒 padlock,🔍 magnifying glass,🔔 bell,📣 megaphone,
👑 crown,🎩 top hat,👓 glasses,👕 shirt,👖 jeans,👗 dress,👞 shoe,👠 high heel,🎒 backpack,
💼 briefcase,💍 ring,💄 lipstick,💰 money bag,👻 ghost,👽 alien,🤖 robot`;

const EMOJI: readonly Emoji[] = LIST.replaceAll('\n', '')
  .split(',')
  .map((entry) => {
    const [glyph = '', ...words] = entry.split(' ');
    return { glyph, name: words.join(' ') };
  });

const NONE: Emoji = { glyph: '', name: '' };

/** The emoji of a byte. */
export function emojiOf(byte: number): Emoji {
  return EMOJI[byte & 0xff] ?? NONE;
}
