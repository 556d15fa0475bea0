use super::*;

fn parsed(text: &str) -> RequireAuth {
    RequireAuth::parse(Some(text)).expect("good")
}

fn request(code: u32) -> Vec<u8> {
    [&b"R"[..], &8_u32.to_be_bytes(), &code.to_be_bytes()].concat()
}

/// What becomes of a session in which the server sends `bytes`, all at once and byte by byte.
fn answer(required: RequireAuth, line: Line, negotiates: bool, bytes: &[u8]) -> Result<At, Refused> {
    let mut whole = Watched::new((), required, line, negotiates).watch;
    let mut single = whole.clone();
    let at_once = whole.take(bytes).map(|()| whole.at);
    let one_by_one = bytes.chunks(1).try_for_each(|byte| single.take(byte)).map(|()| single.at);
    assert_eq!(at_once, one_by_one);
    at_once
}

#[test]
fn clear_text_goes_over_no_open_line_unless_it_is_asked_for_by_name() {
    let ask = request(3);
    for (required, line, good) in [
        (RequireAuth::Unset, Line::Open, false),
        (parsed("!md5"), Line::Open, false),
        (parsed("scram-sha-256"), Line::Open, false),
        (parsed("password"), Line::Open, true),
        (parsed("md5,password"), Line::Open, true),
        (RequireAuth::Unset, Line::Closed, true),
        (parsed("!password"), Line::Closed, false),
        (parsed("scram-sha-256"), Line::Closed, false),
    ] {
        assert_eq!(answer(required, line, false, &ask).is_ok(), good, "{required:?} {line:?}");
    }
    assert_eq!(answer(RequireAuth::Unset, Line::Open, false, &ask), Err(Refused::ClearText));
}

#[test]
fn only_what_is_allowed_is_answered() {
    for (text, allowed) in [
        ("scram-sha-256", vec![10]),
        ("none", vec![0]),
        ("gss,sspi", vec![7, 9]),
        ("md5", vec![5]),
        ("!none", vec![5, 7, 9, 10]),
        ("!password,!md5", vec![0, 7, 9, 10]),
    ] {
        for code in [0, 3, 5, 7, 9, 10] {
            let answer = answer(parsed(text), Line::Open, false, &request(code));
            assert_eq!(answer.is_ok(), allowed.contains(&code), "{text} {code}");
        }
    }
    let both = [request(10), request(11), request(12), request(0)].concat();
    assert_eq!(answer(parsed("scram-sha-256"), Line::Open, false, &both), Ok(At::Done), "the end of it is no `none`");
}

#[test]
fn what_comes_before_and_after_is_passed_over() {
    let notice = [&b"N"[..], &10_u32.to_be_bytes(), b"R\0\0\0\x08\0"].concat();
    let error = [&b"E"[..], &4_u32.to_be_bytes()].concat();
    let bytes = [&b"N"[..], &notice, &error, &request(3)].concat();
    assert_eq!(answer(RequireAuth::Unset, Line::Open, true, &bytes), Err(Refused::ClearText));
    let tls = [&b"S"[..], &request(3)].concat();
    assert_eq!(answer(RequireAuth::Unset, Line::Open, true, &tls), Ok(At::Done), "what follows is TLS");
    let let_in = [request(0), request(3)].concat();
    assert_eq!(answer(RequireAuth::Unset, Line::Open, false, &let_in), Ok(At::Done), "rows are not requests");
}

#[test]
fn what_no_server_sends_ends_it() {
    for bytes in [&b"HTTP/1.1 200 OK"[..], b"E\x7f\xff\xff\xff", b"R\0\0\0\x04\0\0\0\0", b"E\0\0\0\0"] {
        assert_eq!(answer(RequireAuth::Unset, Line::Closed, false, bytes), Err(Refused::NoServer), "{bytes:?}");
    }
}

#[test]
fn mistakes_are_told_and_not_repeated() {
    for (text, why) in [
        ("hunter2", "unknown authentication method"),
        ("", "unknown authentication method"),
        ("md5,!password", "with and without `!`"),
        ("md5,md5", "twice"),
        ("!md5,!md5", "twice"),
    ] {
        let error = RequireAuth::parse(Some(text)).expect_err(text).to_string();
        assert!(error.contains(why) && !error.contains("hunter2"), "{text}: {error}");
    }
    assert_eq!(RequireAuth::parse(None), Ok(RequireAuth::Unset));
    assert_eq!(parsed(" md5 , none "), parsed("none,md5"));
}
