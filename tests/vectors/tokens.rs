//! Form tokens, entity tags and the digits of codes.

use crate::{Outcome, bytes, list, number, read, ring, text};
use doorward::crypto::{
    code::{CodeSecret, TypedCode},
    form::{entity_tag, form_token, form_token_is_right},
};
use doorward::domain::{time::Timestamp, version::FileVersion};
use doorward::web::conditional::EntityTag;

#[test]
fn each_kept_form_token_is_right_or_wrong_as_it_was() -> Outcome {
    let file = read("tokens")?;
    let ring = ring(&file)?;
    for entry in list(&file, "forms") {
        let parts: Vec<Vec<u8>> = entry["binding"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|part| bytes(part.as_str().unwrap_or("?")))
            .collect();
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let at = Timestamp::from_millis(number(entry, "at"));
        let token = text(entry, "token");
        assert_eq!(Some(form_token_is_right(&ring, &parts, token, at)), entry["right"].as_bool(), "{}", text(entry, "what"));
        if text(entry, "what") == "just made" {
            assert_eq!(form_token(&ring, &parts, at), token);
        }
    }
    Ok(())
}

#[test]
fn each_kept_entity_tag_is_made_again() -> Outcome {
    let file = read("tokens")?;
    let ring = ring(&file)?;
    for entry in list(&file, "entity_tags") {
        let version: FileVersion = serde_json::from_value(entry["version"].clone())?;
        let tag = EntityTag::of_digest(&entity_tag(&ring, text(entry, "share").parse()?, &version));
        assert_eq!(tag.header_value().to_str()?, text(entry, "header"), "{version}");
    }
    Ok(())
}

#[test]
fn each_kept_code_has_the_same_digits_for_its_moment() -> Outcome {
    for entry in list(&read("tokens")?, "codes") {
        let secret: CodeSecret = serde_json::from_value(entry["secret"].clone())?;
        let (moment, digits) = (Timestamp::from_millis(number(entry, "moment")), u8::try_from(number(entry, "digits"))?);
        let code = text(entry, "code");
        assert_eq!(secret.digits(moment, digits), code, "{entry}");
        let typed = TypedCode::parse(code, digits).ok_or("a code is typed as it is mailed")?;
        assert!(secret.accepts(&typed, moment, digits), "{entry}");
        let other = if digits == 6 { 8 } else { 6 };
        assert_eq!(TypedCode::parse(code, other), None, "{entry}");
    }
    Ok(())
}
