using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>A request and what was said about it, each as it was signed.</summary>
/// <param name="Request">The requester's signed request.</param>
/// <param name="Approvals">Signed approvals in the order in which they came: one; two where the first was oral.</param>
internal sealed record Papers(ReadOnlyMemory<byte> Request, IReadOnlyList<ReadOnlyMemory<byte>> Approvals);

/// <summary>A request whose signatures were checked.</summary>
/// <param name="Request">What is asked for.</param>
/// <param name="Digest">SHA-256 of its payload: what the approvals name.</param>
/// <param name="Requester">Who signed it.</param>
/// <param name="Approvals">What approvers said, each with who.</param>
internal sealed record Order(
    Request Request, Hash32 Digest, Enrolment Requester, IReadOnlyList<(Approval Approval, Enrolment By)> Approvals)
{
    /// <summary>The approval in force: a written one before an oral one; null where there is none.</summary>
    public (Approval Approval, Enrolment By)? Approved
    {
        get
        {
            (Approval Approval, Enrolment By)? found = null;
            foreach ((Approval approval, Enrolment by) in Approvals)
            {
                if (approval.IsApproved && (found is null || (found.Value.Approval.IsOral && !approval.IsOral)))
                {
                    found = (approval, by);
                }
            }

            return found;
        }
    }

    /// <summary>True where any approver said no.</summary>
    public bool IsRejected
    {
        get
        {
            foreach ((Approval approval, _) in Approvals)
            {
                if (!approval.IsApproved)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
