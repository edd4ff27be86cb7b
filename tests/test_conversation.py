from hushgate.conversation import questions


def test_an_answer_answers_what_was_said_before_it():
    turns = [("assistant", "Hi!"), ("assistant", "Your PIN?"), ("user", "4821"), ("assistant", "Thanks.")]
    assert questions(turns) == ["", "", "Hi!\nYour PIN?", ""]


def test_a_question_stands_until_the_customer_is_spoken_to_again():
    turns = [
        ("agent", "Your name?"),
        ("customer", "one second"),
        ("customer", "Dana"),
        ("agent", "And your PIN?"),
        ("Customer", "4821"),
    ]
    assert questions(turns) == ["", "Your name?", "Your name?", "", "And your PIN?"]


def test_a_question_stands_while_the_customer_looks_for_the_answer():
    turns = [
        ("agent", "What is your order ID?"),
        ("customer", "sure, let me look it up"),
        ("customer", "one moment"),
        ("agent", "No problem, take your time."),
        ("customer", "3300917502"),
        ("agent", "Thank you."),
        ("customer", "9999"),
    ]
    asked = "What is your order ID?"
    waited = f"{asked}\nNo problem, take your time."
    assert questions(turns) == ["", asked, asked, "", waited, "", "Thank you."]


def test_a_question_ends_with_another_and_with_an_answer():
    turns = [
        ("agent", "Your PIN?"),
        ("customer", "wait, let me check"),
        ("agent", "Or your ZIP code?"),
        ("customer", "I forgot the PIN"),
        ("agent", "All right."),
        ("customer", "62704"),
    ]
    assert questions(turns) == ["", "Your PIN?", "", "Or your ZIP code?", "", "All right."]


def test_what_a_tool_or_the_system_says_is_no_question():
    turns = [
        ("system", "Ask for the PIN."),
        ("user", "hello"),
        ("agent", "Name?"),
        ("tool", "PIN"),
        ("user", "Dana"),
    ]
    assert questions(turns) == ["", "", "", "", "Name?"]


def test_of_one_side_alone_the_request_stands_in_for_the_question():
    turns = [
        ("customer", "hi"),
        ("customer", "change my address"),
        ("customer", "ssn 9999"),
        ("customer", "9 Mill"),
    ]
    assert questions(turns) == ["", "hi", "hi\nchange my address", "hi\nchange my address"]


def test_a_question_stands_while_its_answer_is_not_understood():
    turns = [
        ("agent", "Your PIN?"),
        ("customer", "it is the one"),
        ("agent", "I am sorry, I did not quite catch that."),
        ("customer", "4821"),
    ]
    assert questions(turns)[-1] == "Your PIN?\nI am sorry, I did not quite catch that."
