//! Which passwords are accepted, and how they are hashed and checked.

use std::time::{Duration, Instant};

use camlock::domain::password::{PasswordRefusal, ensure_acceptable};
use camlock::domain::secret::Password;
use camlock::passwords::{Cost, Guest, Passwords, PasswordsError, Verdict};
use camlock::random::Random;

const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
const RIGHT: &str = "mulberry tram ninety violins";

fn password(text: &str) -> Password {
    Password::parse(text).unwrap_or_else(|refusal| panic!("{text}: {refusal}"))
}

fn verdict(text: &str) -> Result<(), PasswordRefusal> {
    ensure_acceptable(&password(text), &["alice.archer", "Northwind Traders", ""])
}

fn cheap() -> Passwords {
    Passwords::new(CHEAP, Random::system()).unwrap()
}

#[test]
fn long_unpredictable_passwords_are_accepted_in_any_script() {
    for text in [RIGHT, "kR7#vq!2Lw9z", "дождь велосипед четверг фонарь", "  spaces   kept 8 giraffes  "]
    {
        assert_eq!(verdict(text), Ok(()), "{text}");
    }
    assert_eq!(verdict(&format!("{RIGHT} {}", "x".repeat(90))), Ok(()));
}

#[test]
fn a_short_password_is_refused_by_characters_not_bytes() {
    assert_eq!(verdict("kR7#vq!2Lw9"), Err(PasswordRefusal::TooShort));
    assert_eq!(verdict("éééééé"), Err(PasswordRefusal::TooShort));
}

#[test]
fn common_passwords_are_refused_in_any_case() {
    for text in ["password1234!", "CorrectHorseBatteryStaple", "Qwertyuiop123", "camlockcamlock"] {
        assert_eq!(verdict(text), Err(PasswordRefusal::Common), "{text}");
    }
}

#[test]
fn passwords_built_on_names_are_refused_with_the_reason() {
    for text in ["alice.archer1", "Camlock-2026", "tencent123456", "Northwind Traders1"] {
        assert_eq!(verdict(text), Err(PasswordRefusal::HoldsName), "{text}");
    }
}

#[test]
fn guessable_passwords_are_refused() {
    for text in ["aaaaaaaaaaaaaa", "abcabcabcabcabc", "123123123123", "summersummer"] {
        assert_eq!(verdict(text), Err(PasswordRefusal::Guessable), "{text}");
    }
}

#[test]
fn every_refusal_is_a_sentence_that_says_what_to_do() {
    let refusals = [
        PasswordRefusal::TooShort,
        PasswordRefusal::TooLong,
        PasswordRefusal::Common,
        PasswordRefusal::HoldsName,
        PasswordRefusal::Guessable,
    ];

    for refusal in refusals {
        let text = refusal.to_string();
        assert!(
            text.ends_with('.') && ["Use ", "Leave ", "Choose "].iter().any(|verb| text.contains(verb)),
            "{text}"
        );
    }
}

#[tokio::test]
async fn the_right_password_is_right_and_any_other_wrong() {
    let passwords = cheap();

    let stored = passwords.hash(password(RIGHT)).await.unwrap();

    assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
    assert!(passwords.verify(password(RIGHT), Some(stored.clone())).await.unwrap());
    for text in
        ["mulberry tram ninety violin", "Mulberry tram ninety violins", " mulberry tram ninety violins"]
    {
        assert!(!passwords.verify(password(text), Some(stored.clone())).await.unwrap());
    }
    assert_ne!(stored, passwords.hash(password(RIGHT)).await.unwrap());
}

#[tokio::test]
async fn an_unknown_user_is_never_right() {
    assert!(!cheap().verify(password(RIGHT), None).await.unwrap());
}

#[tokio::test]
async fn an_unknown_user_takes_as_long_as_a_known_one() {
    let passwords = Passwords::new(Cost { memory_kib: 4096, passes: 2, lanes: 1 }, Random::system()).unwrap();
    let stored = passwords.hash(password(RIGHT)).await.unwrap();
    let mut best = [Duration::MAX; 2];

    for _ in 0..5 {
        for (fastest, user) in best.iter_mut().zip([None, Some(stored.clone())]) {
            let started = Instant::now();
            passwords.verify(password("wrong wrong wrong"), user).await.unwrap();
            *fastest = started.elapsed().min(*fastest);
        }
    }

    assert!(best[0] < best[1] * 3 && best[1] < best[0] * 3, "{best:?}");
}

#[tokio::test]
async fn a_damaged_hash_is_an_error_and_not_a_wrong_password() {
    let stored = [
        "",
        "plain",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ",
        "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNo",
    ];
    let greedy =
        "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$6cUvhKzU3kRWlQ1ZVZbpSTYgmLMyNiJ2NUFfXjaJWSs";

    for stored in stored.iter().chain([&greedy]) {
        let answer = cheap().verify(password(RIGHT), Some((*stored).to_owned())).await;
        assert!(matches!(answer, Err(PasswordsError::Corrupt)), "{stored}");
    }
}

#[tokio::test]
async fn a_dozen_at_once_wait_their_turn() {
    let passwords = Passwords::new(Cost { memory_kib: 2048, ..CHEAP }, Random::system()).unwrap();
    let crowd: Vec<_> = (0..12)
        .map(|_| {
            let passwords = passwords.clone();
            tokio::spawn(async move { passwords.verify(password(RIGHT), None).await.is_ok() })
        })
        .collect();

    for visitor in crowd {
        assert!(visitor.await.unwrap());
    }
}

#[tokio::test]
async fn who_waits_in_vain_is_told_so_and_who_leaves_keeps_no_turn() {
    let passwords = cheap();
    let guest = Guest::Stranger("203.0.113".to_owned());
    let mut held = Vec::new();
    while let Ok(turn) = tokio::time::timeout(Duration::from_millis(100), passwords.turn(&guest)).await {
        held.push(turn.unwrap());
    }

    let left = tokio::time::timeout(Duration::from_millis(10), passwords.turn(&guest)).await;
    let busy = passwords.turn(&guest).await;
    held.clear();

    assert!(left.is_err());
    assert!(matches!(busy, Err(PasswordsError::Busy)));
    for _ in 0..50 {
        drop(passwords.turn(&guest).await.unwrap());
    }
}

#[tokio::test]
async fn more_than_a_queue_holds_is_turned_away_at_once() {
    let passwords = cheap();
    let guest = Guest::Stranger("203.0.113".to_owned());
    let mut held = Vec::new();
    while let Ok(turn) = tokio::time::timeout(Duration::from_millis(100), passwords.turn(&guest)).await {
        held.push(turn.unwrap());
    }
    let waiting: Vec<_> = (0..64)
        .map(|_| {
            let (passwords, guest) = (passwords.clone(), guest.clone());
            tokio::spawn(async move { passwords.turn(&guest).await.is_ok() })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;

    let one_more = tokio::time::timeout(Duration::from_secs(1), passwords.turn(&guest)).await;
    held.clear();

    assert!(matches!(one_more, Ok(Err(PasswordsError::Busy))));
    for visitor in waiting {
        assert!(visitor.await.unwrap());
    }
}

#[tokio::test]
async fn a_hash_at_another_cost_asks_to_be_replaced() {
    let dearer = Passwords::new(Cost { passes: 2, ..CHEAP }, Random::system()).unwrap();
    let stored = cheap().hash(password(RIGHT)).await.unwrap();

    assert!(!cheap().needs_rehash(&stored));
    assert!(dearer.needs_rehash(&stored));
    assert!(dearer.verify(password(RIGHT), Some(stored)).await.unwrap());
    assert!(dearer.needs_rehash("damaged"));
}

#[tokio::test]
async fn a_right_password_behind_an_outdated_hash_is_hashed_anew_at_sign_in() {
    let dearer = Passwords::new(Cost { passes: 2, ..CHEAP }, Random::system()).unwrap();
    let stored = cheap().hash(password(RIGHT)).await.unwrap();

    let Verdict::Renewed(renewed) = dearer.check(password(RIGHT), Some(stored.clone())).await.unwrap() else {
        panic!("the outdated hash was kept");
    };

    assert!(dearer.check(password(RIGHT), Some(renewed)).await.unwrap() == Verdict::Right);
    assert!(cheap().check(password(RIGHT), Some(stored.clone())).await.unwrap() == Verdict::Right);
    assert!(dearer.check(password("not the right one"), Some(stored)).await.unwrap() == Verdict::Wrong);
    assert!(dearer.check(password(RIGHT), None).await.unwrap() == Verdict::Wrong);
}
