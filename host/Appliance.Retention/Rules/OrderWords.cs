namespace Appliance.Retention.Rules;

/// <summary>What an authority is. Enrolment says it, never the order itself.</summary>
internal enum AuthorityKind
{
    /// <summary>Not known; never has a power.</summary>
    None = 0,

    Police,

    /// <summary>Enforces criminal law and is not the police: a crime agency, customs.</summary>
    LawEnforcement,

    Prosecutor,

    /// <summary>A judge or a court.</summary>
    Court,

    /// <summary>An investigating body where a document says no more of it.</summary>
    InvestigativeBody,

    SecurityService,

    LocalAuthority,

    /// <summary>Any other public authority.</summary>
    Other,

    /// <summary>A person who asks for their own records.</summary>
    DataSubject,
}

/// <summary>The purposes of the operational case, and subject access.</summary>
internal enum OrderPurpose
{
    /// <summary>Never passes.</summary>
    None = 0,

    /// <summary>Who sent a known communication; which addresses a known line had.</summary>
    WhoSent = 1,

    /// <summary>Which services a known line used.</summary>
    WhichServices = 2,

    /// <summary>Whether a known line used a named service.</summary>
    WhetherUsed = 3,

    /// <summary>A person's own records.</summary>
    SubjectAccess = 4,
}

/// <summary>The categories that rules are made for.</summary>
internal enum OrderCategory
{
    /// <summary>Who had a fixed address, which is one line's alone.</summary>
    SubscriberStatic,

    /// <summary>Who had a shared or passing address at a time; which addresses a line had.</summary>
    SubscriberDynamic,

    /// <summary>What was contacted.</summary>
    Traffic,
}

/// <summary>What is known and asked about.</summary>
internal enum OrderSubject
{
    Address,
    Line,
}

/// <summary>
/// How an address is used, as the address plan says. Not known counts as shared, for which the rules are never milder.
/// </summary>
internal enum AddressUse
{
    /// <summary>Of many lines at a time.</summary>
    Shared,

    /// <summary>Of one line at a time, in passing.</summary>
    Dynamic,

    /// <summary>Of one line for good: what the documents call static.</summary>
    Fixed,
}

/// <summary>Whether the order can wait, and how it was approved.</summary>
internal enum Urgency
{
    None,

    /// <summary>It cannot wait; approved in writing.</summary>
    Written,

    /// <summary>It cannot wait; approved by word of mouth, to be confirmed in writing.</summary>
    Spoken,
}
