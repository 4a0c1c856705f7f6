namespace Appliance.Lab.Bed;

/// <summary>The bed could not do its work; the message is one line for a person.</summary>
internal sealed class BedException(string message) : Exception(message);
