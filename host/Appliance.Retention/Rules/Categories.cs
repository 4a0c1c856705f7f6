using System.Collections.Frozen;
using Appliance.Retention.Archive;

namespace Appliance.Retention.Rules;

/// <summary>What a field is in the terms of the Budapest Convention (art. 1 d and 18).</summary>
internal enum DataClass
{
    /// <summary>Neither: places in the archive, words of the program, how well something is known.</summary>
    Administration,

    SubscriberInformation,

    TrafficData,

    /// <summary>What was said. No field is: the product keeps none.</summary>
    Content,
}

/// <summary>
/// The class of every field of record, request and answer, by name, and the sections that a purpose opens. Words that
/// repeat what other fields hold (a reason, a note) have the class of what they may repeat. A test finds every name
/// and fails on one that is missing here: whoever adds a field decides what it is.
/// </summary>
internal static class Categories
{
    private static readonly string[] Subscriber =
    [
        "subscriber", "subscriber_type", "line", "lines", "line_reference", "equipment", "session",
    ];

    // Origin, destination, route, time, date, size, duration, type of underlying service.
    private static readonly string[] Traffic =
    [
        "realm", "proto", "sub_ip", "sub_port", "inside_ip", "pub_ip", "pub_port", "port_first", "port_last",
        "address_or_prefix", "access", "leg", "route", "translation",
        "rem_ip", "rem_port", "remote", "service", "service_source", "lookup",
        "start_us", "last_us", "end_us", "start", "last", "end", "first", "known_until",
        "pkts_up", "pkts_down", "bytes_up", "bytes_down", "flows", "blocks", "addresses", "services", "uses",
        "candidates", "before", "after", "end_reason", "communications", "days", "known", "is_communications",
        "answer", "reason", "notes", "sentence", "question", "ip", "port", "remote_ip", "remote_port", "time",
        "utc_from", "utc_to", "searched_from", "searched_to", "address", "protocol", "remotes",
        "from_utc_us", "to_utc_us",
    ];

    private static readonly string[] OfTheArchive =
    [
        "flow_id", "record", "device", "batch", "epoch", "seq", "row", "kind", "group", "source", "from_us", "to_us",
        "from", "to", "cause", "where", "estimate", "records", "named_by", "list_as_of", "as_of",
        "gaps", "covered", "sections_opened", "batches_opened", "contact",
    ];

    private static readonly string[] OfKnowing =
    [
        "bound_us", "clock_state", "attribution", "evidence_bits", "witnesses", "conflict", "method", "activity", "fit",
        "overlap", "rank", "word", "sensitivity", "delta", "earlier", "later", "widened", "same",
        "separated_by", "fact", "category", "lines_at_most", "source_error_us", "plan", "prefix", "use",
        "recorded_bound_us", "correction", "corrections", "signed",
    ];

    private static readonly string[] OfTheOrder =
    [
        "jurisdiction", "authority", "approver_authority", "requester", "approver", "requester_role", "approver_role",
        "legal_basis", "case", "purpose", "statements", "sensitive_profession", "offence", "scope", "urgency",
        "approved_at", "expiry", "notification_date", "now", "retention_begin", "is_live", "subject", "address_use",
        "has_port", "has_destination", "sections", "lines_max", "questions_max", "name", "is_serious", "sentence_years",
        "grounds", "id", "notice", "is_sensitive_profession", "made_utc_us", "expires_utc_us", "notify_utc_us",
        "questions", "seal_to", "text", "verb", "request", "hold", "kept_at",
        "referral", "rows", "destinations",
    ];

    private static readonly FrozenDictionary<string, DataClass> Classes = Table();

    /// <summary>Every name that is classed.</summary>
    public static IReadOnlyCollection<string> Names => Classes.Keys;

    /// <summary>The class of a column or key; null when nobody has decided.</summary>
    public static DataClass? Of(string name) => Classes.TryGetValue(name, out DataClass found) ? found : null;

    /// <summary>The most that a purpose opens: with a port, who sent opens attribution alone.</summary>
    /// <param name="purpose">Purpose of the order.</param>
    /// <param name="scope">What it names.</param>
    /// <param name="portNotEnough">An earlier answer by the port left more than one line.</param>
    public static SectionSet SectionsOf(OrderPurpose purpose, OrderScope scope, bool portNotEnough) => purpose switch
    {
        OrderPurpose.WhoSent when scope.Subject == OrderSubject.Address && scope.HasDestination
            && (!scope.HasPort || portNotEnough) => SectionSet.Both,
        OrderPurpose.WhoSent => SectionSet.Attribution,
        OrderPurpose.WhichServices or OrderPurpose.WhetherUsed or OrderPurpose.SubjectAccess => SectionSet.Both,
        _ => SectionSet.None,
    };

    /// <summary>
    /// The categories that an order reaches. Opening what was contacted is traffic data whatever the purpose, so an
    /// order of purpose 1 that names a destination needs the power over both.
    /// </summary>
    public static IReadOnlyList<OrderCategory> ReachedBy(OrderPurpose purpose, OrderScope scope)
    {
        if (purpose != OrderPurpose.WhoSent)
        {
            return [OrderCategory.Traffic];
        }

        OrderCategory who = scope.Subject == OrderSubject.Address && scope.AddressUse == AddressUse.Fixed
            ? OrderCategory.SubscriberStatic
            : OrderCategory.SubscriberDynamic;
        return scope.Sections.HasFlag(SectionSet.Contact) ? [who, OrderCategory.Traffic] : [who];
    }

    private static FrozenDictionary<string, DataClass> Table()
    {
        Dictionary<string, DataClass> table = [];
        Add(Subscriber, DataClass.SubscriberInformation);
        Add(Traffic, DataClass.TrafficData);
        Add(OfTheArchive, DataClass.Administration);
        Add(OfKnowing, DataClass.Administration);
        Add(OfTheOrder, DataClass.Administration);
        return table.ToFrozenDictionary();

        void Add(string[] names, DataClass of)
        {
            foreach (string name in names)
            {
                table.Add(name, of);
            }
        }
    }
}
