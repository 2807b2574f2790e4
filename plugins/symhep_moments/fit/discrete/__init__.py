"""Discrete elements: mirrors, exchanges, charge conjugation, turns by a fraction; are the events like their images?"""
