//! Mutated links: bits flipped, ends cut, true ones spliced, other keys, other ways to write the same.

use super::{Outcome, TestApp, documents};
use data_encoding::{BASE32, BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER};
use doorward::crypto::keys::{KeyRing, KeyState};
use doorward::crypto::link::Link;
use doorward::web::api::wire::CreateShare;

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % most.max(1)
    }
}

/// What is made of true links.
pub(crate) struct Forge {
    dice: Dice,
    pub(crate) links: Vec<String>,
    rings: Vec<KeyRing>,
    own: Vec<Link>,
}

impl Forge {
    /// The next one; now and then it is a true one after all.
    pub(crate) fn next(&mut self) -> String {
        let one = self.links[self.dice.below(self.links.len())].clone();
        let other = self.links[self.dice.below(self.links.len())].clone();
        match self.dice.below(8) {
            0 | 1 => self.with_bits_flipped(&one),
            2 => self.with_letters_changed(&one),
            3 => one[..1 + self.dice.below(one.len() - 1)].to_owned(),
            4 => self.spliced(&one, &other),
            5 => self.by_another_key(),
            6 => self.longer(&one, &other),
            _ => self.written_otherwise(&one),
        }
    }

    fn with_bits_flipped(&mut self, link: &str) -> String {
        let mut bytes = BASE64URL_NOPAD.decode(link.as_bytes()).unwrap_or_default();
        for _ in 0..=self.dice.below(3) {
            let at = self.dice.below(bytes.len());
            bytes[at] ^= 1 << self.dice.below(8);
        }
        BASE64URL_NOPAD.encode(&bytes)
    }

    fn with_letters_changed(&mut self, link: &str) -> String {
        let mut letters = link.as_bytes().to_vec();
        for _ in 0..=self.dice.below(2) {
            let at = self.dice.below(letters.len());
            letters[at] = ALPHABET[self.dice.below(ALPHABET.len())];
        }
        String::from_utf8_lossy(&letters).into_owned()
    }

    fn spliced(&mut self, one: &str, other: &str) -> String {
        let at = self.dice.below(one.len());
        format!("{}{}", &one[..at], &other[at..])
    }

    fn by_another_key(&mut self) -> String {
        let mut link = self.own[self.dice.below(self.own.len())];
        let ring = &self.rings[self.dice.below(self.rings.len())];
        link.key = [0, 1, 2, 3, 255][self.dice.below(5)];
        link.sign(ring).unwrap_or_else(|| "AAAA".to_owned())
    }

    fn longer(&mut self, one: &str, other: &str) -> String {
        let more = &other[..1 + self.dice.below(other.len() - 1)];
        [format!("{one}{more}"), format!("{more}{one}"), one.repeat(1 + self.dice.below(20)), format!("{one}=")][self.dice.below(4)].clone()
    }

    fn written_otherwise(&mut self, link: &str) -> String {
        let bytes = BASE64URL_NOPAD.decode(link.as_bytes()).unwrap_or_default();
        let half = self.dice.below(link.len());
        match self.dice.below(9) {
            0 => BASE64.encode(&bytes),
            1 => BASE64_NOPAD.encode(&bytes),
            2 => format!("{}==", BASE64URL.encode(&bytes)),
            3 => HEXLOWER.encode(&bytes),
            4 => BASE32.encode(&bytes),
            5 => link.to_ascii_lowercase(),
            6 => link.to_ascii_uppercase(),
            7 => format!("{} {}", &link[..half], &link[half..]),
            _ => format!("{}\u{200b}{}", &link[..half], &link[half..]),
        }
    }
}

/// A forge with the links of two shares of `report.txt`.
pub(crate) async fn forge(app: &TestApp) -> Outcome<Forge> {
    let to = (0..4).map(|n| format!("person{n}@example.org")).collect();
    let (one, two) = (app.share(CreateShare { to, ..documents(&["report.txt"]) }).await?, app.share_documents(&["report.txt"]).await?);
    let all = one.view.links.iter().chain(&two.view.links);
    let links: Vec<String> = all.filter_map(|link| link.url.as_deref()?.rsplit('/').next().map(str::to_owned)).collect();
    let own = links.iter().map(|link| Link::verify(link, app.gate.keys())).collect::<Result<Vec<_>, _>>()?;
    let ring = |secret: [u8; 32]| KeyRing::from_secrets(&[(own[0].key, KeyState::Active, secret)]);
    let rings = vec![ring([0; 32])?, ring([7; 32])?, ring([255; 32])?];
    Ok(Forge { dice: Dice(0x2545_F491_4F6C_DD1D), links, rings, own })
}
