using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>Who asked, who approved, and whether the question stayed within what was approved.</summary>
internal static class OrderChecks
{
    public static Outcome People(PackState state)
    {
        foreach (ReadOnlyMemory<byte> bytes in state.List(PackNames.People) ?? [])
        {
            Refusal refusal = Enrolment.TryVerify(bytes, state.Pins.Control, out Enrolment? person);
            if (refusal != Refusal.None || !state.People.TryAdd(person!.Person, person))
            {
                return Outcome.Fail($"an enrolment cannot be relied on: {refusal.Sentence()}");
            }
        }

        return state.People.Count > 0
            ? Outcome.Pass($"{string.Join("; ", state.People.Values.Select(Name))}")
            : Outcome.Fail($"the pack names nobody");
    }

    public static Outcome Request(PackState state)
    {
        if (PersonSigned.TryRead(SignedType.Request, state.Files[PackNames.Request], out PersonSigned? signed)
                is var refusal and not Refusal.None
            || (refusal = Wire.Request.TryDecode(signed!.Payload, out Request? request)) != Refusal.None)
        {
            return Outcome.Fail($"the request cannot be read: {refusal.Sentence()}");
        }

        if (!state.People.TryGetValue(request!.Requester, out Enrolment? by)
            || (by.Roles & PersonRoles.Requester) == 0 || !by.IsValidAt(request.MadeUtcUs)
            || by.Authority != request.Authority || !signed.IsSignedBy(by))
        {
            return Outcome.Fail($"no requester of {request.Authority}, enrolled at that time, signed it");
        }

        state.Request = request;
        state.RequestDigest = Wire.Request.DigestOf(signed.Payload.Span);
        return Outcome.Pass($"{request.Id}, case {request.Case}, by {Name(by)}, on {request.LegalBasis}");
    }

    public static Outcome Approval(PackState state)
    {
        Request request = state.Request!;
        var names = new List<string>();
        foreach (ReadOnlyMemory<byte> bytes in state.List(PackNames.Approvals) ?? [])
        {
            if (PersonSigned.TryRead(SignedType.Approval, bytes, out PersonSigned? signed) != Refusal.None
                || Wire.Approval.TryDecode(signed!.Payload, out Approval? approval) != Refusal.None
                || approval!.Request != request.Id || approval.Digest != state.RequestDigest)
            {
                return Outcome.Fail($"an approval is not of this request");
            }

            Enrolment asker = state.People[request.Requester];
            if (!state.People.TryGetValue(approval.Approver, out Enrolment? by) || by.Person == asker.Person
                || by.Key.IsSame(asker.Key) || (by.Roles & PersonRoles.Approver) == 0
                || !by.IsValidAt(approval.UtcUs) || !signed.IsSignedBy(by))
            {
                return Outcome.Fail($"no other person who may approve, enrolled at that time, signed an approval");
            }

            state.Approvals.Add(approval);
            names.Add($"{Name(by)} {(approval.IsOral ? "by word of mouth " : "")}at {Times.Utc(approval.UtcUs)}");
        }

        return state.Approvals.Count > 0 && state.Approvals.TrueForAll(approval => approval.IsApproved)
            ? Outcome.Pass($"{string.Join("; ", names)}")
            : Outcome.Fail($"nobody approved it, or somebody said no");
    }

    /// <summary>The same bounds that store and warden hold a question to.</summary>
    public static Outcome Scope(PackState state)
    {
        Request request = state.Request!;
        PackQuestion question = state.Question!;
        bool isPurpose = question.Verb switch
        {
            "resolve" => request.Purpose == 1,
            "addresses-of" => request.Purpose is 1 or 4,
            "services" => request.Purpose is 2 or 4,
            "accessed" => request.Purpose is 3 or 4,
            PackQuestion.SubjectAccess => request.Purpose == PackQuestion.OwnPurpose,
            _ => false,
        };
        bool isSubject = question.Verb == "resolve"
            ? request.Scope.Addresses.Any(one => one.Address.ToString() == question.Address
                && (one.Port == 0 || one.Port == question.Port))
            : request.Scope.Lines.Contains(question.Line);
        bool isService = question.Service.Length == 0 || request.Scope.Services.Any(name =>
            question.Service == name || question.Service.EndsWith("." + name, StringComparison.Ordinal));
        bool isRemote = question.Remote.Length == 0
            || request.Scope.Remotes.Any(remote => remote.ToString() == question.Remote);
        bool isTime = request.FromUtcUs <= question.FromUtcUs && question.FromUtcUs <= question.ToUtcUs
            && question.ToUtcUs <= request.ToUtcUs;
        bool good = question.Request == request.Id.ToString() && isPurpose && isSubject && isService && isRemote
            && isTime;
        return good
            ? Outcome.Pass($"{question.Verb}, {Times.Utc(question.FromUtcUs)} to {Times.Utc(question.ToUtcUs)}")
            : Outcome.Fail($"the question asks for more than the order, or for something else");
    }

    private static string Name(Enrolment person) =>
        $"{person.Label} of {person.Authority}{(person.Office.Length > 0 ? $" ({person.Office})" : "")}";
}
