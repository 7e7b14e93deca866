/**
 * 1,296 short English words, chosen for Sotto: 3 to 7 letters, no two alike in their first four, so
 * 10.3 bits each when drawn uniformly. The list may grow but words never change meaning: nothing is
 * derived from a word's place in it.
 */
export const passphraseWords: readonly string[] = `
able about above acid acorn across actor adapt adult after again agent agree ahead alarm album
alive alley almond alone alpha also amber amount anchor angle animal ankle answer ant anvil
apart apple april apron arch arena argue arm army aroma arrow art ash ask aspen atlas atom attic
august aunt author autumn avenue awake award away axis axle baby back bacon badge bagel bake
ball bamboo banana band bank barn base basil basket bath bay beach beak bean bear beat bed bee
begin behind bell belt bench berry best big bike bird birth bitter black blade blanket blend
bless blind block bloom blow blue board boat boil bold bolt bonus book boot border boss bottle
bounce bowl box brain brave bread brick bridge bright bring broad bronze brook brown brush
bubble bucket budget build bulb bunny burger bus bush butter buy cabin cable cactus cafe cage
cake calm camel camp canal candle canoe canvas cape car cash castle cat cause cave cedar ceiling
celery cell cement center cereal chain chalk charm cheese cherry chest chick child chin choose
chorus cider cinema circle city claim clap clay clean clerk cliff climb clock close cloud clover
clown club coach coast cobra cocoa coffee coil coin cold collar comet common cook cool copper
coral corn cotton couch count cousin cover cow coyote crab crane crayon cream creek crisp crow
crumb crust cube cuddle cup curl curtain curve cycle dairy daisy dance dark dash data dawn day
deal dear decade deck deep deer delta dentist depth desert desk detail dew dial diamond diary
dice diet dig dinner dipper dirt dish dive dizzy dock doctor dog doll dolphin domain donkey door
dot double dough dove down dozen dragon draw dream dress drift drink drive drop drum dry duck
dune dusk dust duty each eager eagle early earth easel east easy eat echo edge edit eel effort
egg eight elbow elder elf elite elm else ember empty end energy engine enjoy enter equal era
errand essay even ever exact exit extra eye fable fabric face fact fade fair faith falcon fall
family fan farm fast father faucet feast feather feed fence fern ferry fever few fiber fiddle
field fifty fig film final finger fire first fish five fix flag flame flat flavor fleet flight
flock floor flower flute fly foam focus fog foil fold folk food foot forest fork fossil found
fox frame free fresh friend frog front frost fruit fuel full fun fur fuse future gadget galaxy
gallon game gap garden garlic gate gather gauge gaze gear gem general gentle giant gift giggle
ginger giraffe give glad glass glide globe glove glow glue goal goat gold golf good goose
gorilla grain grape gravel great green grid grill grin grove grow guard guess guide guitar gulf
gum guppy gust gym habit hair half hall hammer hand happy harbor hat hawk hazel head heart heavy
hedge heel height helmet help hen herb hero hill hint hip history hobby hockey hold hollow home
honey hood hook hop horn hotel hour house hover hug human humble hundred hungry hut hymn ice
icon idea igloo image inch index indigo infant ink inner insect inside invite iris iron island
itch item ivory ivy jacket jaguar jam january jar jazz jeans jelly jet jewel job jog join joke
jolly journey joy judge juice july jump june jungle junior jury just kayak keep kernel kettle
key kick kid kidney kind king kiosk kitchen kite kitten kiwi knee knife knit knock knot know
koala label lace ladder lady lake lamb lamp land laptop large laser last late laugh lava lawn
layer lazy leaf learn leather ledge left leg lemon lend lens leopard lesson letter level library
lick lid life lift light lily lime linen lion liquid list little live lizard llama load lobby
local lock log long look loop lotus loud love low loyal lucky lumber lunar lunch lung lyric
magic magnet mail main make mammal mango map maple marble march market mask match math maybe
meadow meal medal melon member memory menu mercy merry metal meter method middle mild milk mill
mimic mind mint minute mirror mist mitten mix mobile model moment money monkey month moon moose
morning moss moth motor mound mouse mouth move movie much mud muffin mule mural muscle museum
music mustard myself myth nail name nap narrow nation nature navy near neat neck needle neon
nephew nerve nest net never new next nice niece night nine noble nod noise nomad noodle noon
north nose note novel now number nurse nut nylon oak oasis oat object oboe ocean octave odd odor
offer office often oil okay old olive omelet once onion only onyx open opera orange orbit orchid
order organ origin osprey otter ounce outer oval oven over owl own oxygen oyster pace pack
paddle page paint pair palace palm panda paper parade park pasta patch path pause peace peanut
pearl pebble pedal pelican pen people pepper perch pet phone photo piano pickle picnic piece pig
pillow pilot pine pink pioneer pipe pirate pitch pizza place planet play plenty plot plug plum
pocket poem point polar pond pony pool poppy porch post potato pouch powder power prairie press
price print prize proud prune public puddle puffin pull pulse pump punch pupil puppy pure purple
push puzzle quack quail quality quart queen quest quick quiet quill quit quiz quote rabbit
raccoon race radar radio raft rail rain raisin ranch random rapid rare raven razor reach ready
real recipe record reed reef region relax remote rent repair rescue rest return reward rhyme
rhythm ribbon rice rich ride ridge right ring rinse ripe river road roast robin robot rock rodeo
roll roof room root rope rose rotate rough round route row royal rubber ruby rug rule rumor run
rural rust saddle safe saga sail salad salmon salt same sand satin sauce sauna save scale scarf
school science scoop scout screen script scrub sea seal search seat second secret seed select
seven shade sheep shelf shine ship shore shrimp shy side sign silent silk silver simple sing
sister six size skate sketch ski skill skin sky slate sled sleep slice slope slow small smart
smell smile smoke smooth snack snail snap sneeze snow soap soccer sock soda sofa soft soil solar
soldier solid solo song soon sort sound soup south space spark speak spice spider spin spoon
sport spray spring spruce square squid stable stage star steam stem stick stone store straw
stream string study style subway sudden sugar suit summer sun super surf swamp swan sweet swim
swing sword symbol syrup system table taco tail talent tall tank tape target task taste taxi tea
teach team tell temple ten tennis tent term test text thank thaw theater thick thin third thorn
thread throne thumb thunder ticket tide tie tiger tile time tin tiny tip tire title toad toast
today toe token tomato tone tongue tool tooth top torch total touch tour towel town toy track
trade train tray tree trend tribe trick trip trophy trout truck true trumpet trust try tub tube
tulip tuna tunnel turkey turtle tutor tweed twelve twig twin two type ugly uncle under unicorn
union unit until upon upper urban urge usual utensil vacuum valley value van vanilla vapor vase
vast vault velvet vendor venue verb very vessel vest video view village vine vintage violin
virtue visit vivid vocal voice volcano volume vote voyage wafer wagon waist wait walk wall
walnut walrus want warm wash wasp watch water wave wax way wealth weather web wedge week weigh
well west whale wheat wheel whisper white whole wide wild will wind wing winter wire wise wish
wolf wonder wood wool word work world worm wrap wren wrist write yacht yard yarn year yeast
yellow yes yodel yoga yogurt young zebra zero zigzag zinc zipper zone zoom
`
  .trim()
  .split(/\s+/);
