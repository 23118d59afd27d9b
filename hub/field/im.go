package field

// IM is a name in a chat service; Field.IM says which of IMs.
var IM Type = &text{name: "im", max: 60}

// IMs are the services the page knows how to open.
var IMs = []string{"wechat", "qq", "wangwang", "msn", "other"}
